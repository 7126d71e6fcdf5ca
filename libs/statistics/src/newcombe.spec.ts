import { describe, expect, it } from '@jest/globals';
import { newcombe } from './newcombe.js';
import { oracles } from '../test/oracles.js';

describe('newcombe', () => {
  // Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10.
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('gives the published limits of %d/%d − %d/%d', (x1, n1, x2, n2, lower, upper) => {
    const { estimate, interval, n } = newcombe(
      { successes: x1, trials: n1 },
      { successes: x2, trials: n2 },
    );
    expect(estimate).toBe(x1 / n1 - x2 / n2);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
    expect(n).toBe(n1 + n2);
  });

  it.each(oracles)('agrees with statsmodels on $name', ({ expected, privileged }) => {
    for (const [column, { groups, unprivileged_against_privileged: pair }] of Object.entries(
      expected.fairness,
    )) {
      if (!pair) continue;
      const p = groups[privileged[column] as string];
      const u = Object.entries(groups).find(([name]) => name !== privileged[column])?.[1];
      if (!p || !u) throw new Error(`${column} has no two groups.`);
      const selection = newcombe(
        { successes: u.confusion.tp + u.confusion.fp, trials: u.n },
        { successes: p.confusion.tp + p.confusion.fp, trials: p.n },
      ).interval;
      const [low, high] = pair.selection_rate_difference_newcombe_95;
      expect(Math.abs(selection.lower - low)).toBeLessThan(1e-12);
      expect(Math.abs(selection.upper - high)).toBeLessThan(1e-12);
      if (!pair.true_positive_rate_difference_newcombe_95) continue;
      const positive = newcombe(
        { successes: u.confusion.tp, trials: u.confusion.tp + u.confusion.fn },
        { successes: p.confusion.tp, trials: p.confusion.tp + p.confusion.fn },
      ).interval;
      const [below, above] = pair.true_positive_rate_difference_newcombe_95;
      expect(Math.abs(positive.lower - below)).toBeLessThan(1e-12);
      expect(Math.abs(positive.upper - above)).toBeLessThan(1e-12);
    }
  });

  it('mirrors when the proportions change places', () => {
    const a = { successes: 7, trials: 31 };
    const b = { successes: 40, trials: 55 };
    const forth = newcombe(a, b);
    const back = newcombe(b, a);
    expect(back.estimate).toBe(-forth.estimate);
    expect(back.interval.lower).toBe(-forth.interval.upper);
    expect(back.interval.upper).toBe(-forth.interval.lower);
  });
});
