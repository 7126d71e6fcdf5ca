import { describe, expect, it } from '@jest/globals';
import { mcnemar } from './mcnemar.js';

describe('mcnemar', () => {
  // scipy.stats: 2 * binom.cdf(b - 1, n, 0.5) + binom.pmf(b, n, 0.5)
  it.each([
    [6, 9, 0.454498291015625],
    [0, 5, 0.03125],
    [9, 6, 0.454498291015625],
    [1, 12, 0.0018310546875],
    [7, 7, 1],
    [0, 0, 1],
  ])('has the mid-p value of %i and %i', (firstOnly, secondOnly, p) => {
    expect(mcnemar({ firstOnly, secondOnly }).p).toBeCloseTo(p, 12);
  });

  it('joins the normal test smoothly, and stays a number far out', () => {
    const below = mcnemar({ firstOnly: 4900, secondOnly: 5100 });
    const above = mcnemar({ firstOnly: 4901, secondOnly: 5101 });
    expect([below.method, above.method]).toEqual(['mcnemar-mid-p', 'mcnemar']);
    expect(Math.abs(below.p - above.p)).toBeLessThan(2e-4);
    expect(mcnemar({ firstOnly: 0, secondOnly: 9000 }).p).toBeGreaterThanOrEqual(0);
    expect(() => mcnemar({ firstOnly: 0.5, secondOnly: 1 })).toThrow(/isn't a number of pairs/);
  });
});
