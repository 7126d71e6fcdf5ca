import { describe, expect, it } from '@jest/globals';
import { meanInterval } from './mean.js';
import { seededRandom } from './random.js';

describe('meanInterval', () => {
  it.each([
    // scipy.stats.t.ppf(0.975, n - 1): 2.093024054408263, 1.984216951586508, 1.962341461133449
    [20, 2.093024054408263],
    [100, 1.984216951586508],
    [1000, 1.962341461133449],
  ])('has Student’s half width of %i rows', (n, t) => {
    const { estimate, interval } = meanInterval({ mean: 3, meanSquare: 9 + (n - 1) / n, n });
    expect(estimate).toBe(3);
    expect(Math.abs((interval.upper - 3) * Math.sqrt(n) - t)).toBeLessThan(1e-4);
    expect(3 - interval.lower).toBeCloseTo(interval.upper - 3, 12);
  });

  it('is a point for values that are all the same, though squares round', () => {
    const { interval } = meanInterval({ mean: 0.1, meanSquare: 0.1 * 0.1 * (1 + 2e-16), n: 50 });
    expect([interval.lower, interval.upper]).toEqual([0.1, 0.1]);
  });

  it('takes more than one row', () => {
    expect(() => meanInterval({ mean: 1, meanSquare: 1, n: 1 })).toThrow(/more than one row/);
  });

  it('covers the mean of a skewed quantity as often as it says', () => {
    const random = seededRandom([17]);
    const trials = 600;
    let covered = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const values = Array.from({ length: 80 }, () => -Math.log(1 - random()));
      const mean = values.reduce((sum, value) => sum + value, 0) / 80;
      const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / 80;
      const { interval } = meanInterval({ mean, meanSquare, n: 80 });
      if (interval.lower <= 1 && 1 <= interval.upper) covered += 1;
    }
    expect(covered / trials).toBeGreaterThan(0.92);
    expect(covered / trials).toBeLessThan(0.98);
  });
});
