import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '../random.js';
import { averagePrecisionInterval } from './average-precision.js';
import type { LabelledBins } from './binned-scores.js';
import { calibrationError } from './calibration-error.js';
import { gainInterval } from './gain.js';
import { kolmogorovSmirnovInterval } from './kolmogorov-smirnov.js';
import { maximumCalibrationError } from './maximum-calibration-error.js';

/** Of rows whose label is positive with the chance of their bin. */
const drawBins = (random: () => number, rows: number, bins: number): LabelledBins => {
  const positives = new Array<number>(bins).fill(0);
  const negatives = new Array<number>(bins).fill(0);
  for (let row = 0; row < rows; row += 1) {
    const score = random();
    const into = random() < score ? positives : negatives;
    const bin = Math.floor(score * bins);
    into[bin] = (into[bin] as number) + 1;
  }
  return { positives, negatives };
};

const averagePrecision = ({ positives, negatives }: LabelledBins): number => {
  const all = positives.reduce((sum, count) => sum + count, 0);
  let [found, taken, area] = [0, 0, 0];
  for (let bin = positives.length - 1; bin >= 0; bin -= 1) {
    found += positives[bin] as number;
    taken += (positives[bin] as number) + (negatives[bin] as number);
    if (taken > 0) area += (((positives[bin] as number) / all) * found) / taken;
  }
  return area;
};

const gainOf = ({ positives, negatives }: LabelledBins, share: number): number => {
  const all = positives.reduce((sum, count) => sum + count, 0);
  const rows = all + negatives.reduce((sum, count) => sum + count, 0);
  let [found, taken] = [0, 0];
  for (let bin = positives.length - 1; bin >= 0; bin -= 1) {
    const own = (positives[bin] as number) + (negatives[bin] as number);
    if (own > 0 && taken + own >= share * rows)
      return (found + ((positives[bin] as number) * (share * rows - taken)) / own) / all;
    found += positives[bin] as number;
    taken += own;
  }
  return 1;
};

const spreadOf = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

/** Of a logit interval. */
const standardErrorOf = (estimate: number, { lower, upper }: { lower: number; upper: number }) => {
  const logit = (p: number): number => Math.log(p / (1 - p));
  return ((logit(upper) - logit(lower)) / 2 / 1.959963984540054) * estimate * (1 - estimate);
};

describe('standard errors of scores', () => {
  it('are as large as the figures vary from sample to sample', () => {
    const random = seededRandom([1972]);
    const samples = Array.from({ length: 1500 }, () => drawBins(random, 600, 200));
    const [area, gain] = [samples.map(averagePrecision), samples.map((bins) => gainOf(bins, 0.2))];
    const told = samples.slice(0, 200).map((bins, index) => ({
      area: standardErrorOf(
        area[index] as number,
        averagePrecisionInterval(area[index] as number, bins).interval,
      ),
      gain: standardErrorOf(
        gain[index] as number,
        gainInterval(gain[index] as number, 0.2, bins).interval,
      ),
    }));
    const mean = (of: 'area' | 'gain'): number =>
      told.reduce((sum, each) => sum + each[of], 0) / told.length;
    expect(mean('area') / spreadOf(area)).toBeGreaterThan(0.92);
    expect(mean('area') / spreadOf(area)).toBeLessThan(1.08);
    expect(mean('gain') / spreadOf(gain)).toBeGreaterThan(0.92);
    expect(mean('gain') / spreadOf(gain)).toBeLessThan(1.08);
  });
});

describe('averagePrecisionInterval', () => {
  it('has a width when the classes are apart, and needs both of them', () => {
    const apart = averagePrecisionInterval(1, { positives: [0, 30], negatives: [50, 0] });
    expect(apart.interval).toMatchObject({ upper: 1, method: 'jackknife-wilson' });
    expect(apart.interval.lower).toBeLessThan(0.9);
    expect(() => averagePrecisionInterval(1, { positives: [3], negatives: [0] })).toThrow(
      /both classes/,
    );
  });
});

describe('gainInterval', () => {
  it('has a width when all or none are found, and refuses what is no share', () => {
    const bins = { positives: [0, 30], negatives: [50, 0] };
    expect(gainInterval(1, 0.5, bins).interval).toMatchObject({ upper: 1 });
    expect(gainInterval(1, 0.5, bins).interval.lower).toBeLessThan(0.95);
    expect(() => gainInterval(1, 1, bins)).toThrow(/isn't a share/);
    expect(() => gainInterval(1, 0.1, { positives: [0], negatives: [9] })).toThrow(/positives/);
  });
});

describe('kolmogorovSmirnovInterval', () => {
  it('has a lower limit of 0 just when the two-sample test finds nothing', () => {
    // scipy.stats.kstwobign.isf(0.025) = 1.4802
    const limit = 1.4802 * Math.sqrt(1 / 80 + 1 / 120);
    const at = (d: number) =>
      kolmogorovSmirnovInterval(d, { positive: d, negative: 0 }, { positives: 80, negatives: 120 })
        .interval;
    expect(at(limit - 1e-3).lower).toBe(0);
    expect(at(limit + 1e-3).lower).toBeGreaterThan(0);
    expect(at(1).upper).toBe(1);
  });
});

describe('calibrationError', () => {
  it('is worked out by hand, and 0 is within it for calibrated scores', () => {
    const { estimate, interval } = calibrationError([
      { rows: 40, positives: 10, scores: 8 },
      { rows: 60, positives: 30, scores: 33 },
      { rows: 0, positives: 0, scores: 0 },
    ]);
    expect(estimate).toBeCloseTo(0.05, 14);
    expect(interval.lower).toBe(0);
    expect(interval.upper).toBeGreaterThan(0.05);
  });

  it('finds scores that are far off, and has a width without a single error', () => {
    const off = calibrationError([{ rows: 200, positives: 20, scores: 120 }]);
    expect(off.interval.lower).toBeGreaterThan(0.35);
    const sure = calibrationError([{ rows: 50, positives: 50, scores: 50 }]);
    expect(sure).toMatchObject({ estimate: 0, interval: { lower: 0 } });
    expect(sure.interval.upper).toBeGreaterThan(0.01);
    expect(() => calibrationError([])).toThrow(/needs rows/);
  });
});

describe('the maximum calibration error', () => {
  it('is the largest gap of a bin with rows, however few', () => {
    const bins = [
      { rows: 100, positives: 30, scores: 25 },
      { rows: 0, positives: 0, scores: 0 },
      { rows: 4, positives: 1, scores: 3 },
    ];
    const { estimate, interval, n } = maximumCalibrationError(bins);
    expect([estimate, n]).toEqual([0.5, 104]);
    // Wilson's limits of 1 in 4 at 97.5 %; the mean score is 0.75.
    const z2 = 2.241402727604945 ** 2;
    const half = Math.sqrt(z2 * (3 / 4 + z2 / 4));
    const [low, high] = [-half, half].map((to) => (1 + z2 / 2 + to) / (4 + z2)) as [number, number];
    expect(interval).toMatchObject({ level: 0.95, method: 'wilson-bonferroni' });
    expect(interval.lower).toBeCloseTo(0.75 - high, 9);
    expect(interval.upper).toBeCloseTo(0.75 - low, 9);
    expect(() => maximumCalibrationError([{ rows: 0, positives: 0, scores: 0 }])).toThrow(
      RangeError,
    );
  });

  it.each([1, 1.6])('has an interval that covers the truth of chances s^%d', (bent) => {
    const random = seededRandom([2015, Math.round(10 * bent)]);
    const middle = (bin: number): number => (bin + 0.5) / 10;
    const truth = Math.max(
      ...Array.from({ length: 10 }, (_, bin) => Math.abs(middle(bin) ** bent - middle(bin))),
    );
    let covered = 0;
    for (let trial = 0; trial < 400; trial += 1) {
      const bins = Array.from({ length: 10 }, () => ({ rows: 0, positives: 0, scores: 0 }));
      for (let row = 0; row < 300; row += 1) {
        const at = Math.floor(random() * 10);
        const bin = bins[at] as (typeof bins)[number];
        bin.rows += 1;
        bin.scores += middle(at);
        bin.positives += Number(random() < middle(at) ** bent);
      }
      const { lower, upper } = maximumCalibrationError(bins).interval;
      covered += Number(lower <= truth && truth <= upper);
    }
    expect(covered / 400).toBeGreaterThanOrEqual(0.93);
  });
});
