import { describe, expect, it } from '@jest/globals';
import { drawBinomial } from './binomial.js';
import { linearCombination } from './linear-combination.js';
import { newcombe } from './newcombe.js';
import { seededRandom } from './random.js';
import { wilson } from './wilson.js';

describe('linearCombination', () => {
  const a = { successes: 30, trials: 40 };
  const b = { successes: 10, trials: 50 };

  it('is Newcombe’s interval of a difference', () => {
    const { estimate, interval, n } = linearCombination([
      { weight: 1, estimate: wilson(a) },
      { weight: -1, estimate: wilson(b) },
    ]);
    const expected = newcombe(a, b);
    expect(estimate).toBeCloseTo(expected.estimate, 14);
    expect(interval.lower).toBeCloseTo(expected.interval.lower, 14);
    expect(interval.upper).toBeCloseTo(expected.interval.upper, 14);
    expect(n).toBe(90);
  });

  it('leaves a single term as it is', () => {
    const { lower, upper } = linearCombination([{ weight: 1, estimate: wilson(a) }]).interval;
    expect(lower).toBeCloseTo(wilson(a).interval.lower, 14);
    expect(upper).toBeCloseTo(wilson(a).interval.upper, 14);
  });

  it('covers the mean of two proportions', () => {
    const random = seededRandom([2008]);
    let covered = 0;
    for (let trial = 0; trial < 2000; trial += 1) {
      const { lower, upper } = linearCombination([
        { weight: 0.5, estimate: wilson({ successes: drawBinomial(40, 0.9, random), trials: 40 }) },
        { weight: 0.5, estimate: wilson({ successes: drawBinomial(25, 0.6, random), trials: 25 }) },
      ]).interval;
      if (lower <= 0.75 && 0.75 <= upper) covered += 1;
    }
    expect(covered / 2000).toBeGreaterThan(0.935);
    expect(covered / 2000).toBeLessThan(0.975);
  });

  it('refuses no terms, and terms of different levels', () => {
    expect(() => linearCombination([])).toThrow(RangeError);
    expect(() =>
      linearCombination([
        { weight: 1, estimate: wilson(a) },
        { weight: 1, estimate: wilson(b, { level: 0.9 }) },
      ]),
    ).toThrow(RangeError);
  });
});
