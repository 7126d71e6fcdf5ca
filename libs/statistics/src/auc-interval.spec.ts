import { describe, expect, it } from '@jest/globals';
import { aucDifference, aucInterval } from './auc-interval.js';
import { delong, type ScoresByClass } from './delong.js';
import { oracles, syntheticCases } from '../test/oracles.js';
import { normalQuantile } from './normal.js';
import { seededRandom, type Random } from './random.js';

const scores = (positives: number[], negatives: number[]): ScoresByClass => ({
  positives: Float64Array.from(positives),
  negatives: Float64Array.from(negatives),
});
const many = (length: number, make: () => number): number[] => Array.from({ length }, make);
const normal = (random: Random): number => normalQuantile((random() + 1e-12) / (1 + 2e-12));

describe('aucInterval', () => {
  it('stays within [0, 1] and contains the estimate, close to 1 too', () => {
    const { first, positives, negatives } = delong(scores([5, 6, 7, 8, 3.5], [1, 2, 3, 4, 5, 2]));
    const { estimate, interval } = aucInterval(first, { positives, negatives });
    expect(interval.method).toBe('delong-logit');
    expect(interval.lower).toBeLessThan(estimate);
    expect(interval.upper).toBeGreaterThan(estimate);
    expect(interval.upper).toBeLessThan(1);
  });

  it('has a width where DeLong’s variance is 0', () => {
    const sizes = { positives: 12, negatives: 30 };
    const perfect = aucInterval(
      delong(
        scores(
          many(12, () => 1),
          many(30, () => 0),
        ),
      ).first,
      sizes,
    );
    const tied = aucInterval(
      delong(
        scores(
          many(12, () => 1),
          many(30, () => 1),
        ),
      ).first,
      sizes,
    );
    expect(perfect).toMatchObject({ estimate: 1, interval: { upper: 1 } });
    // Wilson for 12 of 12.
    expect(perfect.interval.lower).toBeCloseTo(0.7575, 4);
    expect(perfect.interval.method).toBe('wilson-smaller-class');
    expect(tied.estimate).toBe(0.5);
    expect(tied.interval.upper - tied.interval.lower).toBeGreaterThan(0.4);
  });

  it('covers the truth about as often as it says', () => {
    const random = seededRandom([1988]);
    const truth = 0.7602499389065233; // Φ(1/√2): normal scores one standard deviation apart
    const [runs, m, n] = [600, 40, 60];
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const { first } = delong(
        scores(
          many(m, () => 1 + normal(random)),
          many(n, () => normal(random)),
        ),
      );
      const { interval } = aucInterval(first, { positives: m, negatives: n });
      if (interval.lower <= truth && truth <= interval.upper) covered += 1;
    }
    expect(covered / runs).toBeGreaterThan(0.92);
    expect(covered / runs).toBeLessThan(0.98);
  });

  it('refuses an AUC that there isn’t', () => {
    const { first } = delong(scores([1], []));
    expect(() => aucInterval(first, { positives: 1, negatives: 0 })).toThrow(RangeError);
  });
});

describe('aucDifference', () => {
  const compared = syntheticCases.filter(([, { data }]) => data.champion_score);

  it.each(compared)('agrees with the oracles on %s', (_, { data, expected }) => {
    const against = expected.against_champion;
    if (!against || !data.champion_score) throw new Error('filtered above');
    const of = (score: number[], value: number): number[] =>
      score.filter((_, row) => data.label[row] === value);
    const { first, second, covariance, positives, negatives } = delong(
      scores(of(data.score, 1), of(data.score, 0)),
      scores(of(data.champion_score, 1), of(data.champion_score, 0)),
    );
    if (!second || !covariance) throw new Error('there are two models');
    const result = aucDifference(first, second, covariance, { positives, negatives });
    expect(result.estimate).toBeCloseTo(against.roc_auc_difference, 14);
    if (against.delong_z === null) {
      // The oracle gives an interval without width; both models there are constant or perfect.
      expect(result.p).toBeNull();
      expect(result.interval.method).toBe('mover-smaller-class');
      expect(result.interval.lower).toBeLessThan(result.estimate);
      return;
    }
    expect(result.p).toBeCloseTo(against.delong_p_two_sided as number, 12);
    expect(result.estimate / (result.standardError as number)).toBeCloseTo(against.delong_z, 11);
    expect(Math.abs(result.interval.lower - against.roc_auc_difference_95[0])).toBeLessThan(1e-12);
    expect(Math.abs(result.interval.upper - against.roc_auc_difference_95[1])).toBeLessThan(1e-12);
  });

  it('agrees with the recorded variances of the credit models', () => {
    const models = oracles.filter(
      ({ name, expected }) => /^credit/.test(name) && expected.against_champion,
    );
    expect(models.length).toBe(2);
    for (const { expected } of models) {
      const against = expected.against_champion;
      if (!against) continue;
      // Only the sums are recorded: all of it is put on the positives, where m = 280.
      const only = (variance: number) => ({ positive: variance * 280, negative: 0 });
      const { interval } = aucDifference(
        { auc: expected.roc_auc, variance: only(expected.roc_auc_delong_variance as number) },
        { auc: against.champion_roc_auc, variance: only(against.delong_champion_variance) },
        only(against.delong_covariance),
        { positives: 280, negatives: 120 },
      );
      expect(Math.abs(interval.lower - against.roc_auc_difference_95[0])).toBeLessThan(1e-12);
      expect(Math.abs(interval.upper - against.roc_auc_difference_95[1])).toBeLessThan(1e-12);
    }
  });

  it('is exactly 0 for a model against itself, whatever the scale of its scores', () => {
    const a = scores([1, 3, 4, 4], [0, 1, 2, 3, 5]);
    const b = { positives: a.positives.map(Math.exp), negatives: a.negatives.map(Math.exp) };
    const { first, second, covariance, ...sizes } = delong(a, b);
    if (!second || !covariance) throw new Error('there are two models');
    const { estimate, interval, p } = aucDifference(first, second, covariance, sizes);
    expect([estimate, interval.lower, interval.upper, p]).toEqual([0, 0, 0, null]);
  });

  it('changes sign when the models change places', () => {
    const { first, second, covariance, ...sizes } = delong(
      scores([1, 3, 4, 4, 2], [0, 1, 2, 3, 5]),
      scores([2, 2, 5, 1, 3], [0, 3, 1, 1, 2]),
    );
    if (!second || !covariance) throw new Error('there are two models');
    const forth = aucDifference(first, second, covariance, sizes);
    const back = aucDifference(second, first, covariance, sizes);
    expect(back.estimate).toBe(-forth.estimate);
    expect(back.interval.lower).toBe(-forth.interval.upper);
    expect(back.p).toBe(forth.p);
  });
});
