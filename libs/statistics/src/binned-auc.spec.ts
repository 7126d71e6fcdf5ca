import { describe, expect, it } from '@jest/globals';
import { binnedAuc, binnedAucDifference, binnedAucInterval } from './binned-auc.js';
import { aucDifference, aucInterval } from './auc-interval.js';
import { delong } from './delong.js';
import { normalQuantile } from './normal.js';
import { seededRandom, type Random } from './random.js';

const normal = (random: Random): number => normalQuantile((random() + 1e-12) / (1 + 2e-12));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const draw = (random: Random, rows: number, mean: number): number[] =>
  Array.from({ length: rows }, () => logistic(normal(random) + mean));
const scores = (positives: readonly number[], negatives: readonly number[]) => ({
  positives: Float64Array.from(positives),
  negatives: Float64Array.from(negatives),
});
const binned = (positives: readonly number[], negatives: readonly number[], bins: number) => {
  const counts = (values: readonly number[]): number[] => {
    const found = new Array<number>(bins).fill(0);
    for (const value of values) {
      const bin = Math.min(bins - 1, Math.floor(value * bins));
      found[bin] = (found[bin] as number) + 1;
    }
    return found;
  };
  return { positives: counts(positives), negatives: counts(negatives) };
};

describe('binnedAuc', () => {
  it('is DeLong’s, exactly, of scores that are their bins', () => {
    const random = seededRandom([1]);
    for (const [m, n] of [
      [1, 1],
      [2, 5],
      [40, 30],
      [7, 1],
    ] as const) {
      const rough = (values: number[]): number[] => values.map((value) => Math.floor(value * 6));
      const [p, q] = [rough(draw(random, m, 1)), rough(draw(random, n, 0))];
      const { first } = delong(scores(p, q));
      const found = binnedAuc(
        binned(
          p.map((x) => x / 6 + 0.01),
          q.map((x) => x / 6 + 0.01),
          6,
        ),
      );
      expect(found.sizes).toEqual({ positives: m, negatives: n });
      expect(found.model.auc).toBe(first.auc);
      for (const side of ['positive', 'negative'] as const) {
        const [variance, expected] = [found.model.variance[side], first.variance[side]];
        if (expected === null) expect(variance).toBeNull();
        else expect(Math.abs((variance as number) - expected)).toBeLessThan(1e-15);
      }
    }
  });

  it('is never further from the AUC of the scores than its bound, whatever the bins', () => {
    const random = seededRandom([2]);
    for (let run = 0; run < 200; run += 1) {
      const [p, q] = [draw(random, 1 + run, 0.7), draw(random, 50, 0)];
      const exact = delong(scores(p, q)).first.auc as number;
      for (const bins of [1, 2, 3, 10, 100, 1000]) {
        const { model, errorBound } = binnedAuc(binned(p, q, bins));
        const off = Math.abs((model.auc as number) - exact);
        expect(off).toBeLessThanOrEqual((errorBound as number) + 1e-14);
      }
    }
  });

  it('reaches its bound when a bin’s classes are apart, and has none when bins are', () => {
    const counts = { positives: [3, 0, 4], negatives: [2, 5, 4] };
    const above = scores(
      [0.2, 0.2, 0.2, 2.2, 2.2, 2.2, 2.2],
      [0.1, 0.1, 1, 1, 1, 1, 1, 2, 2, 2, 2],
    );
    const { model, errorBound } = binnedAuc(counts);
    expect(delong(above).first.auc).toBeCloseTo((model.auc as number) + (errorBound as number), 14);
    expect(errorBound).toBeCloseTo((3 * 2 + 4 * 4) / (2 * 7 * 11), 15);
    expect(binnedAuc({ positives: [0, 3], negatives: [4, 0] })).toMatchObject({
      model: { auc: 1 },
      errorBound: 0,
    });
  });

  it('takes weights as rows, of which effectively there are fewer', () => {
    const counts = { positives: [1, 4, 6], negatives: [5, 3, 2] };
    const heavier = {
      positives: counts.positives.map((count) => 3 * count),
      negatives: counts.negatives.map((count) => 3 * count),
    };
    const sizes = { positives: 11, negatives: 10 };
    const [plain, weighted] = [binnedAuc(counts), binnedAuc(heavier, sizes)];
    expect(weighted.model.auc).toBeCloseTo(plain.model.auc as number, 15);
    expect(weighted.model.variance.positive).toBeCloseTo(
      plain.model.variance.positive as number,
      15,
    );
    expect(weighted.errorBound).toBeCloseTo(plain.errorBound as number, 15);
    expect(weighted.sizes).toEqual(sizes);
  });

  it('is not known without rows of both classes, and refuses bins that don’t correspond', () => {
    const none = binnedAuc({ positives: [0, 0], negatives: [3, 1] });
    expect(none).toMatchObject({ model: { auc: null }, errorBound: null });
    expect(() => binnedAucInterval(none)).toThrow(RangeError);
    expect(() => binnedAuc({ positives: [1], negatives: [1, 2] })).toThrow(RangeError);
  });
});

describe('binnedAucInterval', () => {
  it('is DeLong’s of the bins, and the bound on either side, within [0, 1]', () => {
    const random = seededRandom([3]);
    const found = binnedAuc(binned(draw(random, 60, 1), draw(random, 70, 0), 20));
    const delongs = aucInterval(found.model, found.sizes, { level: 0.9 });
    const { estimate, interval, n } = binnedAucInterval(found, { level: 0.9 });
    expect([estimate, n, interval.level]).toEqual([found.model.auc, 130, 0.9]);
    expect(delongs.interval.lower - interval.lower).toBeCloseTo(found.errorBound as number, 15);
    expect(interval.upper - delongs.interval.upper).toBeCloseTo(found.errorBound as number, 15);
    expect(interval.method).toBe('delong-logit-binned');

    const one = binnedAucInterval(binnedAuc({ positives: [30], negatives: [30] }));
    expect(one.interval).toMatchObject({
      lower: 0,
      upper: 1,
      method: 'wilson-smaller-class-binned',
    });
  });

  it('covers the truth at least as often as it says, with fine bins and with rough ones', () => {
    const truth = 0.7602499389065233; // Φ(1/√2): normal scores one standard deviation apart
    for (const bins of [1000, 20, 3]) {
      const random = seededRandom([4, bins]);
      const runs = 400;
      let covered = 0;
      for (let run = 0; run < runs; run += 1) {
        const found = binnedAuc(binned(draw(random, 40, 1), draw(random, 60, 0), bins));
        const { interval } = binnedAucInterval(found);
        if (interval.lower <= truth && truth <= interval.upper) covered += 1;
      }
      // Three standard errors below 95 %.
      expect(covered / runs).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / runs));
    }
  });
});

describe('binnedAucDifference', () => {
  const random = seededRandom([5]);
  const pairs = (rows: number, mean: number): [number, number][] =>
    Array.from({ length: rows }, () => {
      const common = normal(random) + mean;
      return [logistic(common), logistic(common + 0.3 * normal(random))];
    });
  const [p, q] = [pairs(80, 1), pairs(90, 0)];
  const of = (model: 0 | 1) =>
    [p.map((each) => each[model]), q.map((each) => each[model])] as const;

  it('contains the interval of the paired rows, of which it knows nothing', () => {
    const { first, second, covariance, positives, negatives } = delong(
      scores(...of(0)),
      scores(...of(1)),
    );
    if (second === null || covariance === null) throw new Error('Two models were given.');
    const paired = aucDifference(first, second, covariance, { positives, negatives });
    const found = binnedAucDifference(
      binnedAuc(binned(...of(0), 1000)),
      binnedAuc(binned(...of(1), 1000)),
    );
    expect(found.estimate).toBeCloseTo(paired.estimate, 2);
    expect(found.interval.lower).toBeLessThan(paired.interval.lower);
    expect(found.interval.upper).toBeGreaterThan(paired.interval.upper);
    expect(found).toMatchObject({ n: 170, interval: { method: 'delong-unpaired-binned' } });
  });

  it('lies within [−1, 1] and has a width where no variance is known', () => {
    const perfect = binnedAuc({ positives: [0, 20], negatives: [20, 0] });
    const reversed = binnedAuc({ positives: [20, 0], negatives: [0, 20] });
    expect(binnedAucDifference(perfect, reversed).interval.upper).toBe(1);
    const { estimate, interval } = binnedAucDifference(perfect, perfect);
    expect(estimate).toBe(0);
    expect(interval.upper - interval.lower).toBeGreaterThan(0.2);
  });
});
