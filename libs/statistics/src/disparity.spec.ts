import { describe, expect, it } from '@jest/globals';
import { drawBinomial } from './binomial.js';
import { largestDifference, smallestRatio, smallestRatioWithin } from './disparity.js';
import { multinomialBootstrap } from './multinomial-bootstrap.js';
import { newcombe } from './newcombe.js';
import { proportionRatio } from './proportion-ratio.js';
import { seededRandom } from './random.js';
import type { Proportion } from './wilson.js';

const p = (successes: number, trials: number): Proportion => ({ successes, trials });

describe('largestDifference', () => {
  it('is Newcombe’s interval, folded, for two proportions', () => {
    const apart = newcombe(p(36, 76), p(260, 324));
    expect(largestDifference([[p(36, 76), p(260, 324)]])).toEqual({
      estimate: -apart.estimate,
      interval: {
        lower: -apart.interval.upper,
        upper: -apart.interval.lower,
        level: 0.95,
        method: 'newcombe',
      },
      n: 400,
    });
    const alike = newcombe(p(20, 50), p(25, 50)).interval;
    expect(largestDifference([[p(20, 50), p(25, 50)]]).interval).toMatchObject({
      lower: 0,
      upper: -alike.lower,
    });
  });

  it('is max − min, over the families, whatever the order', () => {
    const tpr = [p(5, 10), p(9, 10), p(7, 10)];
    const fpr = [p(1, 20), p(2, 20), p(3, 20)];
    const result = largestDifference([tpr, fpr]);
    expect(result.estimate).toBe(0.9 - 0.5);
    expect(result.n).toBe(90);
    expect(largestDifference([fpr.toReversed(), tpr.toReversed()])).toEqual(result);
    expect(largestDifference([fpr]).estimate).toBeCloseTo(0.1, 15);
  });

  it('refuses a single proportion', () => {
    expect(() => largestDifference([[p(1, 2)]])).toThrow(RangeError);
  });
});

describe('smallestRatio', () => {
  it('is the ratio’s interval, folded, for two proportions', () => {
    const { estimate, interval } = proportionRatio(p(36, 76), p(260, 324));
    expect(smallestRatio([p(260, 324), p(36, 76)])).toEqual({
      estimate,
      interval: { ...interval, method: 'mover-r' },
      n: 400,
    });
    expect(smallestRatio([p(20, 50), p(25, 50)]).interval.upper).toBe(1);
  });

  it('is min / max, whatever the order', () => {
    const groups = [p(5, 10), p(9, 10), p(70, 100)];
    expect(smallestRatio(groups).estimate).toBe(0.5 / 0.9);
    expect(smallestRatio(groups.toReversed())).toEqual(smallestRatio(groups));
  });

  it('is 0 when one group has none, and 0/0 when none has', () => {
    const none = smallestRatio([p(0, 30), p(10, 30)]);
    expect(none.estimate).toBe(0);
    expect(none.interval.lower).toBe(0);
    expect(none.interval.upper).toBeLessThan(1);
    expect(smallestRatio([p(0, 30), p(0, 30)])).toMatchObject({
      estimate: NaN,
      interval: { lower: 0, upper: 1 },
    });
  });
});

describe('coverage of the truth, in 400 simulated tables at level 0.95', () => {
  const scenarios = [
    { what: 'two alike', sizes: [76, 324], rates: [0.7, 0.7] },
    { what: 'two apart', sizes: [76, 324], rates: [0.5, 0.8] },
    { what: 'two small', sizes: [25, 30], rates: [0.5, 0.6] },
    { what: 'two rare', sizes: [100, 200], rates: [0.05, 0.06] },
    { what: 'three alike', sizes: [60, 100, 200], rates: [0.6, 0.6, 0.6] },
    { what: 'six alike', sizes: [60, 60, 60, 60, 60, 60], rates: [0.6, 0.6, 0.6, 0.6, 0.6, 0.6] },
    {
      what: 'six spread',
      sizes: [60, 60, 60, 60, 60, 60],
      rates: [0.5, 0.55, 0.6, 0.65, 0.7, 0.7],
    },
  ];
  const simulate = (
    sizes: readonly number[],
    rates: readonly number[],
    truth: number,
    interval: (groups: Proportion[]) => { lower: number; upper: number },
    runs = 400,
  ): number => {
    const random = seededRandom(sizes);
    let covered = 0;
    for (let run = 0; run < runs; run += 1) {
      const { lower, upper } = interval(
        sizes.map((n, group) => p(drawBinomial(n, rates[group] as number, random), n)),
      );
      if (lower <= truth && truth <= upper) covered += 1;
    }
    return covered / runs;
  };
  // Two standard errors of a share of 0.95 in 400 are 0.022.
  const nominal = 0.95 - 0.022;

  it.each(scenarios)('$what: at least nominal', ({ sizes, rates }) => {
    const [low, high] = [Math.min(...rates), Math.max(...rates)];
    expect(
      simulate(sizes, rates, high - low, (groups) => largestDifference([groups]).interval),
    ).toBeGreaterThanOrEqual(nominal);
    expect(
      simulate(sizes, rates, low / high, (groups) => smallestRatio(groups).interval),
    ).toBeGreaterThanOrEqual(nominal);
  });

  it('is one that a percentile bootstrap misses when groups are alike', () => {
    const sizes = [60, 60, 60, 60, 60, 60];
    const random = seededRandom([6]);
    const bootstrap = (groups: Proportion[]) => {
      const counts = groups.flatMap(({ successes, trials }) => [successes, trials - successes]);
      const range = (c: readonly number[]): number => {
        const rates = sizes.map((_, g) => {
          const [yes, no] = [c[2 * g] as number, c[2 * g + 1] as number];
          return yes / (yes + no);
        });
        return Math.max(...rates) - Math.min(...rates);
      };
      return multinomialBootstrap(counts, range, { random, replicates: 100, range: [0, 1] })
        .interval;
    };
    expect(simulate(sizes, [0.6, 0.6, 0.6, 0.6, 0.6, 0.6], 0, bootstrap, 60)).toBe(0);
  });
});

describe('smallestRatioWithin', () => {
  const alike = [p(40, 50), p(42, 50)];
  const apart = [p(10, 50), p(30, 50), p(20, 50)];

  it('is the smallest ratio of the family in which it is smaller', () => {
    const { estimate, interval, n } = smallestRatioWithin([alike, apart]);
    const alone = smallestRatio(apart);
    expect(estimate).toBe(alone.estimate);
    expect(interval.lower).toBe(alone.interval.lower);
    // One pair more contends.
    expect(interval.upper).toBeGreaterThanOrEqual(alone.interval.upper);
    expect(n).toBe(250);
    expect(smallestRatioWithin([apart])).toEqual(alone);
  });

  it('is NaN when a family has no successes', () => {
    expect(smallestRatioWithin([alike, [p(0, 50), p(0, 40)]]).estimate).toBeNaN();
  });
});
