import { describe, expect, it } from '@jest/globals';
import { largestDifference, smallestRatio } from './disparity.js';
import { disparityDifference, type Disparity } from './disparity-difference.js';
import { drawMultinomial } from './multinomial-bootstrap.js';
import type { PairedCounts } from './newcombe-paired.js';
import { seededRandom, type Random } from './random.js';

const counts = (both: number, firstOnly: number, secondOnly: number, neither: number) => ({
  both,
  firstOnly,
  secondOnly,
  neither,
});
const swapped = ({ both, firstOnly, secondOnly, neither }: PairedCounts): PairedCounts =>
  counts(both, secondOnly, firstOnly, neither);
const alone = (groups: readonly PairedCounts[]) =>
  groups.map(({ both, firstOnly, secondOnly, neither }) => ({
    successes: both + firstOnly,
    trials: both + firstOnly + secondOnly + neither,
  }));

describe('disparityDifference', () => {
  const groups = [counts(20, 6, 3, 11), counts(50, 2, 9, 39), counts(8, 12, 5, 25)];

  it('is the difference of the two disparities', () => {
    const others = groups.map(swapped);
    expect(disparityDifference([groups], 'difference').estimate).toBeCloseTo(
      largestDifference([alone(groups)]).estimate - largestDifference([alone(others)]).estimate,
      15,
    );
    expect(disparityDifference([groups], 'ratio').estimate).toBeCloseTo(
      smallestRatio(alone(groups)).estimate - smallestRatio(alone(others)).estimate,
      15,
    );
    expect(disparityDifference([groups, groups], 'difference').n).toBe(380);
  });

  it.each(['difference', 'ratio'] as const)('changes sign with the outcomes: %s', (disparity) => {
    const forth = disparityDifference([groups], disparity);
    const back = disparityDifference([groups.map(swapped)], disparity);
    expect(back.estimate).toBeCloseTo(-forth.estimate, 15);
    expect(back.interval.lower).toBeCloseTo(-forth.interval.upper, 14);
    expect(back.interval.upper).toBeCloseTo(-forth.interval.lower, 14);
  });

  it('does not depend on the order of groups', () => {
    expect(disparityDifference([groups.toReversed()], 'ratio')).toEqual(
      disparityDifference([groups], 'ratio'),
    );
  });

  it('is 0, with a width, for outcomes that never differ', () => {
    const same = [counts(20, 0, 0, 20), counts(30, 0, 0, 10)];
    const { estimate, interval } = disparityDifference([same], 'difference');
    expect(estimate).toBe(0);
    expect(interval.lower).toBeLessThan(0);
    expect(interval.upper).toBeGreaterThan(0);
    expect(interval.upper - interval.lower).toBeLessThan(0.25);
  });

  it('stays within [−1, 1] and contains the estimate, at the edges too', () => {
    for (const disparity of ['difference', 'ratio'] as const) {
      const { estimate, interval } = disparityDifference(
        [[counts(0, 20, 0, 0), counts(0, 0, 20, 0), counts(20, 0, 0, 0)]],
        disparity,
      );
      expect(interval.lower).toBeGreaterThanOrEqual(-1);
      expect(interval.upper).toBeLessThanOrEqual(1);
      expect(interval.lower).toBeLessThanOrEqual(estimate);
      expect(interval.upper).toBeGreaterThanOrEqual(estimate);
    }
  });

  it('copes with two hundred groups', () => {
    const many = Array.from({ length: 200 }, (_, i) => counts(20 + (i % 7), i % 5, i % 3, 15));
    const { estimate, interval } = disparityDifference([many], 'difference');
    expect(interval.lower).toBeLessThan(estimate);
    expect(interval.upper).toBeGreaterThan(estimate);
  });

  it('refuses one group, empty groups, and none against none', () => {
    expect(() => disparityDifference([[counts(1, 2, 3, 4)]], 'difference')).toThrow(RangeError);
    expect(() =>
      disparityDifference([[counts(0, 0, 0, 0), counts(1, 1, 1, 1)]], 'difference'),
    ).toThrow(RangeError);
    expect(() => disparityDifference([[counts(0, 0, 3, 9), counts(0, 0, 1, 9)]], 'ratio')).toThrow(
      RangeError,
    );
  });
});

describe('coverage of the truth, in 300 simulated tables at level 0.95', () => {
  const scenarios = [
    { what: 'both alike', sizes: [76, 324], first: [0.7, 0.7], second: [0.8, 0.8] },
    { what: 'only the first alike', sizes: [76, 324], first: [0.7, 0.7], second: [0.6, 0.8] },
    { what: 'neither alike', sizes: [76, 324], first: [0.5, 0.8], second: [0.6, 0.8] },
    { what: 'small groups', sizes: [25, 30], first: [0.5, 0.6], second: [0.3, 0.6] },
    {
      what: 'three, one off',
      sizes: [60, 100, 200],
      first: [0.6, 0.6, 0.6],
      second: [0.6, 0.6, 0.8],
    },
  ];
  /** Joint chances with the given margins, well correlated. */
  const joint = (a: number, b: number): number[] => {
    const both = a * b + 0.6 * (Math.min(a, b) - a * b);
    return [both, a - both, b - both, 1 - a - b + both];
  };
  const draw = (size: number, a: number, b: number, random: Random): PairedCounts => {
    const [both = 0, firstOnly = 0, secondOnly = 0, neither = 0] = drawMultinomial(
      size,
      joint(a, b),
      random,
    );
    return { both, firstOnly, secondOnly, neither };
  };
  const disparityOf = (rates: readonly number[], disparity: Disparity): number =>
    disparity === 'ratio'
      ? Math.min(...rates) / Math.max(...rates)
      : Math.max(...rates) - Math.min(...rates);

  it.each(scenarios)('$what: at least nominal', ({ sizes, first, second }) => {
    for (const disparity of ['difference', 'ratio'] as const) {
      const random = seededRandom(sizes);
      const truth = disparityOf(first, disparity) - disparityOf(second, disparity);
      const runs = 300;
      let covered = 0;
      for (let run = 0; run < runs; run += 1) {
        const tables = sizes.map((size, g) =>
          draw(size, first[g] as number, second[g] as number, random),
        );
        const { interval } = disparityDifference([tables], disparity);
        if (interval.lower <= truth && truth <= interval.upper) covered += 1;
      }
      // Two standard errors of a share of 0.95 in 300 are 0.025.
      expect(covered / runs).toBeGreaterThanOrEqual(0.95 - 0.025);
    }
  });
});
