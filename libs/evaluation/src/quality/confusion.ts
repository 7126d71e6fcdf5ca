import {
  percentileInterval,
  resampleCounts,
  seededRandom,
  type Estimate,
  type Resamples,
} from '@sluice/statistics';
import type { Cell } from '../profile.js';
import { predictionOf, type Predictor } from './rates.js';

/** Rows by label and prediction; positive is favorable. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

export const confusionOf = (cells: readonly Cell[], predictor: Predictor): Confusion => {
  const count = (label: boolean, predicted: boolean): number =>
    cells
      .filter((cell) => cell.label === label && predictionOf(cell, predictor) === predicted)
      .reduce((sum, cell) => sum + cell.count, 0);
  return {
    tp: count(true, true),
    fp: count(false, true),
    fn: count(true, false),
    tn: count(false, false),
  };
};

/** A figure of one confusion; NaN where it is 0/0. */
export type ConfusionStatistic = (confusion: Confusion) => number;

/** The level of the interval, and the range of what is estimated. */
export interface ResamplingOptions {
  readonly level: number;
  readonly range: readonly [lowest: number, highest: number];
}

/** A figure of a predictor's confusion, with an interval from resampled counts. */
export const resampled = (
  cells: readonly Cell[],
  predictor: Predictor,
  statistic: ConfusionStatistic,
  options: ResamplingOptions,
): Estimate => {
  const { tp, fp, fn, tn } = confusionOf(cells, predictor);
  return resample(
    cells,
    [tp, fp, fn, tn],
    ([a = 0, b = 0, c = 0, d = 0]) => statistic({ tp: a, fp: b, fn: c, tn: d }),
    options,
  );
};

/** The difference of a figure between version and champion, resampling the rows that both predicted. */
export const resampledDifference = (
  cells: readonly Cell[],
  statistic: ConfusionStatistic,
  options: ResamplingOptions,
): Estimate =>
  resample(
    cells,
    jointCounts(cells),
    ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0]) =>
      statistic({ tp: a + b, fn: c + d, fp: e + f, tn: g + h }) -
      statistic({ tp: a + c, fn: b + d, fp: e + g, tn: f + h }),
    options,
  );

/** Favorable rows, then unfavorable ones: by both, the version only, the champion only, or neither predicted favorable. */
const jointCounts = (cells: readonly Cell[]): number[] => {
  const counts = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const cell of cells) {
    const place =
      (cell.label ? 0 : 4) +
      (predictionOf(cell, 'version') ? 0 : 2) +
      (predictionOf(cell, 'champion') ? 0 : 1);
    counts[place] = (counts[place] as number) + cell.count;
  }
  return counts;
};

const resample = (
  cells: readonly Cell[],
  counts: readonly number[],
  statistic: (counts: readonly number[]) => number,
  { level, range }: ResamplingOptions,
): Estimate =>
  // A limit far out in the tail needs more replicates to be found: fifty beyond both.
  percentileInterval(
    resamplesOf(cells, counts, Math.max(2000, Math.ceil(50 / (1 - level)))),
    statistic,
    { level, range },
  );

/** The metrics of a slice share its draws, as long as there is the slice. */
const drawn = new WeakMap<readonly Cell[], Map<string, Resamples>>();

/**
 * The seed is the counts themselves: the same data gives the same interval everywhere, with nothing to record. Two rows
 * are spread over the cells, so that a figure without a single error has an interval too.
 */
const resamplesOf = (
  cells: readonly Cell[],
  counts: readonly number[],
  replicates: number,
): Resamples => {
  const ofSlice = drawn.get(cells) ?? new Map<string, Resamples>();
  drawn.set(cells, ofSlice);
  const key = `${counts.join()} ${replicates}`;
  const resamples =
    ofSlice.get(key) ??
    resampleCounts(counts, { random: seededRandom(counts), smoothing: 2, replicates });
  ofSlice.set(key, resamples);
  return resamples;
};
