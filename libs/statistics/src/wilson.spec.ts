import { describe, expect, it } from '@jest/globals';
import { oracles } from '../test/oracles.js';
import { wilson } from './wilson.js';

describe('wilson', () => {
  // Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('gives the published limits of %d/%d', (successes, trials, lower, upper) => {
    const { estimate, interval, n } = wilson({ successes, trials });
    expect(estimate).toBe(successes / trials);
    expect(interval.lower).toBeCloseTo(lower, 4);
    expect(interval.upper).toBeCloseTo(upper, 4);
    expect(n).toBe(trials);
  });

  it.each(oracles)('agrees with statsmodels on $name', ({ expected }) => {
    const { tp, tn } = expected.confusion;
    const accuracy = wilson({ successes: tp + tn, trials: expected.n }).interval;
    expect(Math.abs(accuracy.lower - expected.accuracy_wilson_95[0])).toBeLessThan(1e-12);
    expect(Math.abs(accuracy.upper - expected.accuracy_wilson_95[1])).toBeLessThan(1e-12);
    for (const { groups } of Object.values(expected.fairness))
      for (const group of Object.values(groups)) {
        const successes = group.confusion.tp + group.confusion.fp;
        const { interval } = wilson({ successes, trials: group.n });
        expect(Math.abs(interval.lower - group.selection_rate_wilson_95[0])).toBeLessThan(1e-12);
        expect(Math.abs(interval.upper - group.selection_rate_wilson_95[1])).toBeLessThan(1e-12);
      }
  });

  it('mirrors when successes and failures change places', () => {
    for (const [x, n] of [
      [0, 7],
      [3, 11],
      [49, 50],
    ] as const) {
      const { interval } = wilson({ successes: x, trials: n });
      const mirrored = wilson({ successes: n - x, trials: n }).interval;
      expect(mirrored.lower).toBeCloseTo(1 - interval.upper, 14);
      expect(mirrored.upper).toBeCloseTo(1 - interval.lower, 14);
    }
  });

  it('is exact at the edges, and never empty there', () => {
    const none = wilson({ successes: 0, trials: 1_000_003 }).interval;
    const all = wilson({ successes: 13, trials: 13 }).interval;
    expect(none.lower).toBe(0);
    expect(none.upper).toBeGreaterThan(0);
    expect(all.upper).toBe(1);
    expect(all.lower).toBeLessThan(1);
  });

  it('narrows with the root of n, and widens with the level', () => {
    const width = (scale: number, level = 0.95): number => {
      const { lower, upper } = wilson(
        { successes: 3000 * scale, trials: 10_000 * scale },
        { level },
      ).interval;
      return upper - lower;
    };
    expect(width(1) / width(4)).toBeCloseTo(2, 2);
    expect(width(1, 0.99)).toBeGreaterThan(width(1));
  });

  it('refuses what is no proportion', () => {
    for (const [successes, trials] of [
      [0, 0],
      [3, 2],
      [-1, 2],
      [NaN, 2],
      [1, Infinity],
    ] as const)
      expect(() => wilson({ successes, trials })).toThrow(RangeError);
  });
});
