import { describe, expect, it } from '@jest/globals';
import { aucInterval } from './auc-interval.js';
import { delong, type DeLong } from './delong.js';
import { normalQuantile } from './normal.js';
import { pooledAucDifference, pooledAucInterval } from './pooled-auc.js';
import { seededRandom } from './random.js';

const random = seededRandom([2027]);
const normal = (): number => normalQuantile(Math.max(1e-12, random()));
const others = 4;

interface Scores {
  readonly positive: number;
  readonly negatives: readonly number[];
}
/** Rows whose scores have a part in common: what one positive gains, its negatives do too, or lose. */
const drawn = (rows: number, together: number): { first: Scores[]; second: Scores[] } => {
  const shared = Array.from({ length: rows }, () => ({ row: normal(), own: normal() }));
  const scores = (signal: number): Scores[] =>
    shared.map(({ row, own }) => ({
      positive: signal + own + 0.3 * normal(),
      negatives: Array.from({ length: others }, () => together * own + row + 0.5 * normal()),
    }));
  return { first: scores(1), second: scores(0.7) };
};
const areas = ({ first, second }: { first: Scores[]; second: Scores[] }): DeLong => {
  const byClass = (rows: readonly Scores[]) => ({
    positives: Float64Array.from(rows, ({ positive }) => positive),
    negatives: Float64Array.from(rows.flatMap(({ negatives }) => negatives)),
  });
  return delong(byClass(first), byClass(second));
};

describe('pooled areas', () => {
  // What scores of a row have in common makes their areas vary less, or more.
  it.each([-1, 0, 1])('hold the truth in 95 of 100 samples, with %d in common', (together) => {
    const truth = areas(drawn(10_000, together));
    const difference = (truth.first.auc as number) - (truth.second?.auc as number);
    const trials = 150;
    let [held, heldDifference, independent] = [0, 0, 0];
    for (let trial = 0; trial < trials; trial += 1) {
      const rows = 80;
      const { first, second, covariance, positives, negatives } = areas(drawn(rows, together));
      const within = ({ lower, upper }: { lower: number; upper: number }, value: number) =>
        Number(lower <= value && value <= upper);
      held += within(pooledAucInterval(first, rows).interval, truth.first.auc as number);
      independent += within(
        aucInterval(first, { positives, negatives }).interval,
        truth.first.auc as number,
      );
      if (second)
        heldDifference += within(
          pooledAucDifference(first, second, covariance, rows).interval,
          difference,
        );
    }
    const least = trials * (0.95 - 3 * Math.sqrt((0.95 * 0.05) / trials));
    expect(held).toBeGreaterThanOrEqual(least);
    expect(heldDifference).toBeGreaterThanOrEqual(least);
    // As if all scores were of rows of their own, an interval would be too narrow.
    if (together === -1) expect(independent).toBeLessThan(least);
  });

  it('don’t differ when they are the same', () => {
    const { first, covariance } = areas(drawn(50, 0));
    expect(covariance).not.toBeNull();
    const { estimate, interval } = pooledAucDifference(first, first, first.variance, 50);
    expect([estimate, interval.lower, interval.upper]).toEqual([0, 0, 0]);
  });

  it('are taken for those of different rows where it isn’t known what they have in common', () => {
    const { first, second } = areas(drawn(50, 0));
    if (!second) throw new TypeError('There are two.');
    const { interval } = pooledAucDifference(first, second, null, 50);
    expect(interval.method).toBe('delong-unpaired');
    const perfect = { auc: 1, variance: { positive: 0, negative: 0 } };
    const none = { positive: 0, negative: 0 };
    const apart = pooledAucDifference(perfect, perfect, none, 50).interval;
    expect(apart.lower).toBeLessThan(0);
    expect(apart.upper).toBeGreaterThan(0);
  });

  it('have no interval without an area', () => {
    const unknown = { auc: null, variance: { positive: null, negative: null } };
    expect(() => pooledAucInterval(unknown, 50)).toThrow(RangeError);
  });
});
