import { describe, expect, it } from '@jest/globals';
import {
  drawMultinomial,
  multinomialBootstrap,
  percentileInterval,
  percentileP,
  resampleCounts,
} from './multinomial-bootstrap.js';
import { seededRandom } from './random.js';
import { wilson } from './wilson.js';

const share = ([a = 0, b = 0]: readonly number[]): number => a / (a + b);
const range = [0, 1] as const;

describe('multinomialBootstrap', () => {
  it('finds the interval of a proportion', () => {
    const counts = [300, 700];
    const { estimate, interval, n } = multinomialBootstrap(counts, share, {
      random: seededRandom(counts),
      replicates: 4000,
      range,
    });
    const score = wilson({ successes: 300, trials: 1000 }).interval;
    expect(estimate).toBe(0.3);
    expect(n).toBe(1000);
    expect(Math.abs(interval.lower - score.lower)).toBeLessThan(0.004);
    expect(Math.abs(interval.upper - score.upper)).toBeLessThan(0.004);
  });

  it('agrees with resampling rows', () => {
    const counts = [40, 25, 10];
    const rows = counts.flatMap((count, cell) => new Array<number>(count).fill(cell));
    const statistic = (c: readonly number[]): number =>
      (c[0] as number) / 75 - (c[2] as number) / 75;
    const random = seededRandom([11]);
    const resampled = Array.from({ length: 4000 }, () => {
      const drawn = [0, 0, 0];
      for (let i = 0; i < rows.length; i += 1)
        drawn[rows[Math.floor(random() * rows.length)] as number]! += 1;
      return statistic(drawn);
    }).toSorted((a, b) => a - b);
    const { interval } = multinomialBootstrap(counts, statistic, {
      random,
      replicates: 4000,
      range: [-1, 1],
    });
    expect(Math.abs(interval.lower - (resampled[100] as number))).toBeLessThan(0.03);
    expect(Math.abs(interval.upper - (resampled[3900] as number))).toBeLessThan(0.03);
  });

  it('is the same for the same seed', () => {
    const once = multinomialBootstrap([3, 9], share, { random: seededRandom([1]), range });
    const again = multinomialBootstrap([3, 9], share, { random: seededRandom([1]), range });
    expect(again).toEqual(once);
  });

  it('lets an undefined replicate have been anything', () => {
    // Of three cells the statistic sees two rare ones: 0/0 happens in a resample with chance e⁻².
    const { interval, undefinedReplicates, replicates } = multinomialBootstrap([1, 1, 998], share, {
      random: seededRandom([3]),
      range,
    });
    expect(undefinedReplicates / replicates).toBeCloseTo(Math.exp(-2), 1);
    expect(interval).toMatchObject({ lower: 0, upper: 1 });
    const nothing = multinomialBootstrap([0, 0, 5], share, { random: seededRandom([3]), range });
    expect(nothing.estimate).toBeNaN();
    expect(nothing.interval).toMatchObject({ lower: 0, upper: 1 });
  });

  it('gives a figure at the end of its range a width, if smoothed', () => {
    const interval = (smoothing: number) =>
      multinomialBootstrap([40, 0], share, { random: seededRandom([6]), range, smoothing })
        .interval;
    expect(interval(0)).toMatchObject({ lower: 1, upper: 1 });
    expect(interval(2).upper).toBe(1);
    expect(interval(2).lower).toBeLessThan(0.97);
    expect(interval(2).lower).toBeGreaterThan(0.85);
  });

  it('is the same from draws made before', () => {
    const draws = resampleCounts([12, 30], { random: seededRandom([8]) });
    expect(percentileInterval(draws, share, { range })).toEqual(
      multinomialBootstrap([12, 30], share, { random: seededRandom([8]), range }),
    );
  });

  it('has the p value at which its interval begins to leave out 0', () => {
    const difference = ([a = 0, b = 0]: readonly number[]): number => (a - b) / (a + b);
    for (const counts of [
      [60, 40],
      [58, 42],
      [40, 60],
      [52, 48],
    ]) {
      const draws = resampleCounts(counts, { random: seededRandom(counts), smoothing: 2 });
      const p = percentileP(draws, difference);
      const leavesOut = (level: number): boolean => {
        const { interval } = percentileInterval(draws, difference, { range: [-1, 1], level });
        return interval.lower > 0 || interval.upper < 0;
      };
      expect(leavesOut(1 - p - 0.003)).toBe(true);
      expect(leavesOut(Math.min(0.9999, 1 - p + 0.003))).toBe(false);
    }
  });

  it('has a p value of 1 when nothing differs, and none below what so many draws can show', () => {
    const draws = resampleCounts([0, 0, 50], { random: seededRandom([1]) });
    expect(percentileP(draws, ([a = 0, b = 0]) => a - b)).toBe(1);
    expect(percentileP(draws, () => NaN)).toBe(1);
    expect(percentileP(draws, () => 3)).toBe(2 / 2001);
  });

  it('refuses to resample nothing, or too seldom', () => {
    const random = seededRandom([4]);
    expect(() => multinomialBootstrap([0, 0], share, { random, range })).toThrow(RangeError);
    expect(() => multinomialBootstrap([1, 2], share, { random, range, replicates: 10 })).toThrow(
      RangeError,
    );
    expect(() => drawMultinomial(3, [1, -1], random)).toThrow(RangeError);
  });
});

describe('drawMultinomial', () => {
  it('keeps the total, and leaves cells without weight empty', () => {
    const random = seededRandom([5]);
    for (let i = 0; i < 500; i += 1) {
      const drawn = drawMultinomial(97, [0.1, 0, 0.7, 0.2, 0], random);
      expect(drawn.reduce((a, b) => a + b, 0)).toBe(97);
      expect([drawn[1], drawn[4]]).toEqual([0, 0]);
    }
  });
});
