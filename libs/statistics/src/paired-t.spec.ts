import { describe, expect, it } from '@jest/globals';
import { pairedT } from './paired-t.js';

const momentsOf = (values: readonly number[]) => {
  const mean = (of: (value: number) => number): number =>
    values.reduce((sum, value) => sum + of(value), 0) / values.length;
  return {
    mean: mean((value) => value),
    meanSquare: mean((value) => value * value),
    n: values.length,
  };
};

/** Differences of pairs, and what scipy 1.15.3's `ttest_1samp(differences, 0)` says of them, as `ttest_rel` does. */
const cases = [
  { differences: [1, 2, 3, 4, 5], statistic: 4.242640687119285, p: 0.013235599563682695 },
  {
    differences: [-0.4, 0.1, 0.3, -0.2, 0.5, -0.6, 0.25, 0.05],
    statistic: -5.258743071175586e-17,
    p: 1.0,
  },
  {
    differences: [0.02, -0.5, 1.75, 0.3, -0.125, 2.5, 0.75, -1.5, 0.6, 0.01],
    statistic: 1.0694259555801775,
    p: 0.31271961787656316,
  },
];

describe('the paired t test', () => {
  it.each(cases)('of $differences is that of scipy', ({ differences, statistic, p }) => {
    const found = pairedT(momentsOf(differences));
    expect(found).toMatchObject({
      n: differences.length,
      degreesOfFreedom: differences.length - 1,
      method: 'paired-t',
    });
    expect(Math.abs((found.statistic as number) - statistic)).toBeLessThan(1e-12);
    expect(Math.abs((found.p as number) - p)).toBeLessThan(1e-12);
  });

  it('changes its sign, and nothing else, when the two are swapped', () => {
    const differences = [0.02, -0.5, 1.75, 0.3, -0.125];
    const one = pairedT(momentsOf(differences));
    const other = pairedT(momentsOf(differences.map((each) => -each)));
    expect(other.statistic).toBe(-(one.statistic as number));
    expect(other.p).toBe(one.p);
  });

  it('does not depend on the unit', () => {
    const differences = [0.02, -0.5, 1.75, 0.3, -0.125];
    const one = pairedT(momentsOf(differences));
    const other = pairedT(momentsOf(differences.map((each) => each * 2 ** 40)));
    expect(other.p).toBe(one.p);
  });

  it('has no p when nothing varies', () => {
    for (const differences of [
      [0, 0, 0],
      [0.1, 0.1, 0.1],
    ])
      expect(pairedT(momentsOf(differences))).toMatchObject({ statistic: null, p: null });
  });

  it('takes more than one row', () => {
    expect(() => pairedT({ mean: 1, meanSquare: 1, n: 1 })).toThrow(RangeError);
  });
});
