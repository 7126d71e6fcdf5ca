import { describe, expect, it } from '@jest/globals';
import {
  aucCovariance,
  delong,
  delongByGroup,
  rankedScores,
  type ScoresByClass,
} from './delong.js';
import { oracles, syntheticCases } from '../test/oracles.js';
import { seededRandom } from './random.js';

const split = (label: readonly number[], score: readonly number[]): ScoresByClass => ({
  positives: Float64Array.from(score.filter((_, row) => label[row] === 1)),
  negatives: Float64Array.from(score.filter((_, row) => label[row] === 0)),
});

/** The definition, pair by pair: O(mn). */
const byDefinition = (a: ScoresByClass, b: ScoresByClass) => {
  const psi = (x: number, y: number): number => (y < x ? 1 : y === x ? 0.5 : 0);
  const v10 = ({ positives, negatives }: ScoresByClass): number[] =>
    Array.from(positives, (x) => mean(Array.from(negatives, (y) => psi(x, y))));
  const v01 = ({ positives, negatives }: ScoresByClass): number[] =>
    Array.from(negatives, (y) => mean(Array.from(positives, (x) => psi(x, y))));
  return {
    auc: mean(v10(a)),
    positive: covariance(v10(a), v10(b)),
    negative: covariance(v01(a), v01(b)),
  };
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const covariance = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + (value - mean(a)) * ((b[i] as number) - mean(b)), 0) /
  (a.length - 1);

const drawn = (m: number, n: number, distinct: number, seed: number): ScoresByClass => {
  const random = seededRandom([m, n, distinct, seed]);
  const scores = (many: number, shift: number): Float64Array =>
    Float64Array.from({ length: many }, () => Math.floor(random() * distinct + shift) / distinct);
  return { positives: scores(m, distinct / 4), negatives: scores(n, 0) };
};

describe('delong', () => {
  it.each([
    [2, 2, 2],
    [7, 40, 3],
    [50, 30, 5],
    [60, 61, 1000],
    [33, 5, 1],
  ])('equals the definition: %d positives, %d negatives, %d scores', (m, n, distinct) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const a = drawn(m, n, distinct, seed);
      const b = drawn(m, n, distinct + 1, seed + 100);
      const result = delong(a, b);
      const own = byDefinition(a, a);
      const shared = byDefinition(a, b);
      const close = (found: number | null | undefined, expected: number): void =>
        expect(Math.abs((found as number) - expected)).toBeLessThan(8 * Number.EPSILON);
      close(result.first.auc, own.auc);
      close(result.first.variance.positive, own.positive);
      close(result.first.variance.negative, own.negative);
      close(result.covariance?.positive, shared.positive);
      close(result.covariance?.negative, shared.negative);
    }
  });

  it.each(syntheticCases)(
    'agrees with scikit-learn and DeLong’s paper on %s',
    (_, { data, expected }) => {
      const { label, score, champion_score: champion } = data;
      const result = delong(
        split(label, score),
        champion === undefined ? undefined : split(label, champion),
      );
      const close = (found: number | null | undefined, oracle: number | null | undefined): void => {
        if (oracle === null) expect(found).toBeNull();
        else expect(Math.abs((found as number) - (oracle as number))).toBeLessThan(1e-14);
      };
      const { positives, negatives } = result;
      close(result.first.auc, expected.roc_auc);
      close(
        aucCovariance(result.first.variance, positives, negatives),
        expected.roc_auc_delong_variance,
      );
      const against = expected.against_champion;
      if (!against || !result.second || !result.covariance) return;
      close(result.second.auc, against.champion_roc_auc);
      close(
        aucCovariance(result.second.variance, positives, negatives),
        against.delong_champion_variance,
      );
      close(aucCovariance(result.covariance, positives, negatives), against.delong_covariance);
    },
  );

  it('covers cases with and without a champion, and an undefined AUC', () => {
    expect(oracles.some(({ expected }) => expected.roc_auc === null)).toBe(true);
    expect(syntheticCases.filter(([, { data }]) => data.champion_score).length).toBeGreaterThan(4);
  });

  it('does not depend on the order of rows, nor on the scale of scores', () => {
    const a = drawn(40, 50, 7, 1);
    const moved = {
      positives: a.positives.map((s) => Math.exp(3 * s)).reverse(),
      negatives: a.negatives.map((s) => Math.exp(3 * s)).reverse(),
    };
    expect(delong(moved).first.auc).toBe(delong(a).first.auc);
    expect(delong(moved).first.variance.positive).toBeCloseTo(
      delong(a).first.variance.positive as number,
      14,
    );
  });

  it('keeps the AUC when every row is duplicated', () => {
    const a = drawn(13, 17, 5, 2);
    const twice = {
      positives: Float64Array.of(...a.positives, ...a.positives),
      negatives: Float64Array.of(...a.negatives, ...a.negatives),
    };
    expect(delong(twice).first.auc).toBe(delong(a).first.auc);
  });

  it('gives the complement when scores are negated, or when the classes change places', () => {
    const a = drawn(21, 34, 6, 3);
    const auc = delong(a).first.auc as number;
    const negated = {
      positives: a.positives.map((s) => -s),
      negatives: a.negatives.map((s) => -s),
    };
    const swapped = { positives: a.negatives, negatives: a.positives };
    expect(delong(negated).first.auc).toBeCloseTo(1 - auc, 15);
    expect(delong(swapped).first.auc).toBeCloseTo(1 - auc, 15);
    expect(delong(swapped).first.variance.positive).toBeCloseTo(
      delong(a).first.variance.negative as number,
      15,
    );
  });

  it('leaves the inputs as they are', () => {
    const a = drawn(5, 6, 4, 4);
    const before = [...a.positives, ...a.negatives];
    delong(a);
    expect([...a.positives, ...a.negatives]).toEqual(before);
  });

  it('ranks infinities, takes −0 for 0, and refuses NaN and unequal rows', () => {
    const infinite = {
      positives: Float64Array.of(Infinity, 0),
      negatives: Float64Array.of(-Infinity, -0),
    };
    expect(delong(infinite).first.auc).toBe(3.5 / 4);
    expect(() => delong({ ...infinite, negatives: Float64Array.of(NaN) })).toThrow(RangeError);
    expect(() => delong(infinite, { ...infinite, negatives: Float64Array.of(1) })).toThrow(
      RangeError,
    );
  });

  it('says null, not 0, without rows of a class', () => {
    const result = delong({ positives: Float64Array.of(1, 2), negatives: Float64Array.of() });
    expect(result.first).toEqual({ auc: null, variance: { positive: null, negative: null } });
  });
});

describe('delongByGroup', () => {
  it('gives each group what its rows alone would give, for two models under ties', () => {
    const random = seededRandom([11]);
    const rows = 6000;
    const labels = Uint8Array.from({ length: rows }, () => Number(random() < 0.6));
    const codes = Uint16Array.from({ length: rows }, () => Math.floor(random() * 4));
    const draw = (): Float64Array =>
      Float64Array.from(labels, (label) => Math.round((random() + 0.3 * label) * 50) / 50);
    const [a, b] = [draw(), draw()];
    const only = (scores: Float64Array, group: number): ScoresByClass => ({
      positives: scores.filter((_, row) => codes[row] === group && labels[row] === 1),
      negatives: scores.filter((_, row) => codes[row] === group && labels[row] === 0),
    });
    const found = delongByGroup(
      { labels, groups: { codes, count: 5 } },
      rankedScores(a),
      rankedScores(b),
    );
    expect(found).toHaveLength(5);
    for (const [group, together] of found.entries()) {
      const alone = delong(only(a, group), only(b, group));
      expect(together).toEqual(alone);
    }
    // The fifth group has no rows, which is no zero.
    expect(found[4]).toMatchObject({
      positives: 0,
      first: { auc: null, variance: { positive: null, negative: null } },
    });
  });
});
