import { describe, expect, it } from '@jest/globals';
import { adjustedP } from './adjusted-p.js';

// R: p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.5), method)
const ps = [0.01, 0.04, 0.03, 0.005, 0.5];

describe('adjustedP', () => {
  it.each([
    ['none', ps],
    ['bonferroni', [0.05, 0.2, 0.15, 0.025, 1]],
    ['holm', [0.04, 0.09, 0.09, 0.025, 0.5]],
    ['benjamini-hochberg', [0.025, 0.05, 0.05, 0.025, 0.5]],
  ] as const)('is R’s p.adjust by %s', (correction, expected) => {
    adjustedP(ps, correction).forEach((p, index) =>
      expect(p).toBeCloseTo(expected[index] as number, 14),
    );
  });

  it('has nothing to correct without hypotheses, and refuses what is no p value', () => {
    expect(adjustedP([], 'holm')).toEqual([]);
    expect(adjustedP([1, 1], 'holm')).toEqual([1, 1]);
    expect(() => adjustedP([1.1], 'none')).toThrow(/isn't a p value/);
  });
});
