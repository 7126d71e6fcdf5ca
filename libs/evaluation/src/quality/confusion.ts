import {
  percentileInterval,
  percentileP,
  resampleCounts,
  seededRandom,
  type Estimate,
  type Resamples,
} from '@sluice/statistics';
import type { Cell } from '../profile.js';
import { predictionOf, type Predictor, type Rate } from './rates.js';
import { effectiveRows, effectiveScale, isWeighted, rowsOf, tallyOf, weightOf } from './tally.js';

/** Rows by label and prediction; positive is favorable. */
export interface Confusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Effective rows by label and prediction: with weights, as many in all as Kish's effective size, each as heavy as it is. */
export const confusionOf = (cells: readonly Cell[], predictor: Predictor): Confusion => {
  const scale = effectiveScale(tallyOf(cells));
  return confusionBy(cells, predictor, (cell) => weightOf(cell).sum * scale);
};

/** Rows by label and prediction, whatever they weigh. */
export const rowConfusionOf = (cells: readonly Cell[], predictor: Predictor): Confusion =>
  confusionBy(cells, predictor, rowsOf);

const confusionBy = (
  cells: readonly Cell[],
  predictor: Predictor,
  counted: (cell: Cell) => number,
): Confusion => {
  const count = (label: boolean, predicted: boolean): number =>
    cells
      .filter((cell) => cell.label === label && predictionOf(cell, predictor) === predicted)
      .reduce((sum, cell) => sum + counted(cell), 0);
  return {
    tp: count(true, true),
    fp: count(false, true),
    fn: count(true, false),
    tn: count(false, false),
  };
};

/** A figure of one confusion; NaN where it is 0/0. */
export type ConfusionStatistic = (confusion: Confusion) => number;

/** A rate as a figure of a confusion. */
export const rateOfConfusion = ({ counts, succeeds }: Rate): ConfusionStatistic => {
  const counted = outcomes.filter(({ label, predicted }) => counts(label, predicted));
  const succeeding = counted.filter(({ label, predicted }) => succeeds(label, predicted));
  return (confusion) =>
    succeeding.reduce((sum, { of: outcome }) => sum + confusion[outcome], 0) /
    counted.reduce((sum, { of: outcome }) => sum + confusion[outcome], 0);
};

const outcomes = [
  { label: true, predicted: true, of: 'tp' },
  { label: false, predicted: true, of: 'fp' },
  { label: true, predicted: false, of: 'fn' },
  { label: false, predicted: false, of: 'tn' },
] as const;

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
  const listed = ({ tp, fp, fn, tn }: Confusion): number[] => [tp, fp, fn, tn];
  return resample(
    cells,
    {
      effective: listed(confusionOf(cells, predictor)),
      rows: listed(rowConfusionOf(cells, predictor)),
    },
    // By position: thousands of tables are looked at, and taking them apart by a pattern is several times as slow.
    (counts) =>
      statistic({
        tp: counts[0] as number,
        fp: counts[1] as number,
        fn: counts[2] as number,
        tn: counts[3] as number,
      }),
    options,
  );
};

/** The difference of a figure between version and champion, resampling the rows that both predicted. */
export const resampledDifference = (
  cells: readonly Cell[],
  statistic: ConfusionStatistic,
  options: ResamplingOptions,
): Estimate => resample(cells, pairedCounts(cells), differenceOf(statistic), options);

/** The p value that a figure is the same of version and champion, from the draws of `resampledDifference`. */
export const resampledP = (cells: readonly Cell[], statistic: ConfusionStatistic): number =>
  percentileP(
    resamplesOf(cells, pairedCounts(cells), replicatesFor(0.95)),
    differenceOf(statistic),
  );

const pairedCounts = (cells: readonly Cell[]): ResampledCounts => {
  const scale = effectiveScale(tallyOf(cells));
  const effective = (cell: Cell): number => weightOf(cell).sum * scale;
  return { effective: jointCounts(cells, effective), rows: jointCounts(cells, rowsOf) };
};

/** version − champion, of counts as `jointCounts` has them. */
const differenceOf =
  (statistic: ConfusionStatistic) =>
  ([a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0]: readonly number[]): number =>
    statistic({ tp: a + b, fn: c + d, fp: e + f, tn: g + h }) -
    statistic({ tp: a + c, fn: b + d, fp: e + g, tn: f + h });

/** Favorable rows, then unfavorable ones: by both, the version only, the champion only, or neither predicted favorable. */
const jointCounts = (cells: readonly Cell[], counted: (cell: Cell) => number): number[] => {
  const counts = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const cell of cells) {
    const place =
      (cell.label ? 0 : 4) +
      (predictionOf(cell, 'version') ? 0 : 2) +
      (predictionOf(cell, 'champion') ? 0 : 1);
    counts[place] = (counts[place] as number) + counted(cell);
  }
  return counts;
};

/** What is resampled, by place: effective rows, and the rows behind them, which are the same without weights. */
interface ResampledCounts {
  readonly effective: readonly number[];
  readonly rows: readonly number[];
}

const resample = (
  cells: readonly Cell[],
  counts: ResampledCounts,
  statistic: (counts: readonly number[]) => number,
  { level, range }: ResamplingOptions,
): Estimate =>
  percentileInterval(resamplesOf(cells, counts, replicatesFor(level)), statistic, { level, range });

/**
 * A limit far out in the tail needs more replicates to be found: fifty beyond both. By doublings, so that levels which
 * are near to each other share the draws.
 */
const replicatesFor = (level: number): number => {
  let replicates = 2000;
  while (replicates < 50 / (1 - level) - 1e-6) replicates *= 2;
  return replicates;
};

/** The metrics of a slice share its draws, as long as there is the slice. */
const drawn = new WeakMap<readonly Cell[], Map<string, Resamples>>();

/**
 * The seed is the counts of rows: the same data gives the same interval everywhere, with nothing to record. Two rows
 * are spread over the cells, so that a figure without a single error has an interval too. Of weighted rows, tables have
 * as many as are effective.
 */
const resamplesOf = (
  cells: readonly Cell[],
  { effective, rows }: ResampledCounts,
  replicates: number,
): Resamples => {
  const ofSlice = drawn.get(cells) ?? new Map<string, Resamples>();
  drawn.set(cells, ofSlice);
  const key = `${rows.join()} ${replicates}`;
  const resamples = ofSlice.get(key) ?? {
    ...resampleCounts(effective.map(sixDecimals), {
      random: seededRandom(rows),
      smoothing: 2,
      replicates,
      ...(isWeighted(cells) && { rows: Math.max(1, Math.round(effectiveRows(tallyOf(cells)))) }),
    }),
    counts: effective,
  };
  ofSlice.set(key, resamples);
  return resamples;
};

/** Rounding in the last digit would make other draws of weights in another unit. */
const sixDecimals = (count: number): number => Math.round(count * 1e6) / 1e6;
