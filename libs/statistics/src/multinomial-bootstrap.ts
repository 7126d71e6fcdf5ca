import { drawBinomial } from './binomial.js';
import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { quantilesOf } from './order-statistics.js';
import type { Random } from './random.js';

export interface ResamplingOptions {
  /** Resamples, at least 100; the limits' own noise falls with its root. 2,000 unless told otherwise. */
  readonly replicates?: number;
  readonly random: Random;
  /** Rows added to the resampled ones' distribution, spread evenly over the cells; 0 unless told otherwise. */
  readonly smoothing?: number;
  /**
   * Rows of each table, an integer above 0, for counts that are effective ones of weighted rows and may then be
   * fractional; as many as counted unless told otherwise.
   */
  readonly rows?: number;
}

export interface PercentileOptions extends IntervalOptions {
  /** The range of the statistic, which bounds what an undefined replicate could have been. */
  readonly range: readonly [lowest: number, highest: number];
}

export type BootstrapOptions = ResamplingOptions & PercentileOptions;

/** Counts, and tables of as many rows drawn from them. */
export interface Resamples {
  readonly counts: readonly number[];
  readonly tables: readonly (readonly number[])[];
  readonly smoothing: number;
}

export interface BootstrapEstimate extends Estimate {
  readonly replicates: number;
  /** Replicates on which the statistic was NaN. */
  readonly undefinedReplicates: number;
}

/**
 * The percentile bootstrap of a statistic of counts.
 *
 * Resampling N rows with replacement and counting them by cell is one draw from Multinomial(N, counts / N): the rows
 * themselves aren't needed. The interval goes from the (1 − level)/2 quantile of the replicates to its mirror image.
 *
 * A replicate on which the statistic is NaN (0/0) could have been anything: it counts as the lowest value for the
 * lower limit and as the highest for the upper. Not for a statistic at the end of its range, such as a largest
 * difference between groups that are alike: its replicates lie above the estimate, and the interval excludes the
 * truth. An estimate of NaN is returned as it is, with the whole range for its interval.
 *
 * With `smoothing`, rows are drawn from (counts + smoothing / cells): a cell without rows may get some then. Without it
 * the interval of a perfect correlation, or of a difference between models that agree on every row, is a point, as if
 * so many rows could show that there is never another. 2, as Agresti and Min (2005) add to pairs, is little. Then the
 * limits are moved to the estimate where they would leave it out.
 *
 * @param counts rows by cell: non-negative integers, in the order in which the statistic takes them
 * @throws RangeError when there are no rows, a count isn't a non-negative integer, or replicates are too few
 *
 * Source: B. Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 7 (1979).
 */
export const multinomialBootstrap = (
  counts: readonly number[],
  statistic: (counts: readonly number[]) => number,
  options: BootstrapOptions,
): BootstrapEstimate => {
  return percentileInterval(resampleCounts(counts, options), statistic, options);
};

/** The draws of `multinomialBootstrap`, for several statistics to share: drawing takes longer than what follows. */
export const resampleCounts = (
  counts: readonly number[],
  { random, replicates = 2000, smoothing = 0, rows }: ResamplingOptions,
): Resamples => {
  if (!counts.every((count) => count >= 0 && (rows !== undefined || Number.isInteger(count))))
    throw new RangeError(`Counts of rows are non-negative integers, unlike ${counts.join(', ')}.`);
  const n = rows ?? counts.reduce((sum, count) => sum + count, 0);
  if (n === 0) throw new RangeError('There are no rows to resample.');
  if (!(Number.isInteger(replicates) && replicates >= 100))
    throw new RangeError(`Percentiles need at least 100 replicates; ${replicates} aren't enough.`);
  const weights = counts.map((count) => count + smoothing / counts.length);
  const tables = Array.from({ length: replicates }, () => drawMultinomial(n, weights, random));
  return { counts, tables, smoothing };
};

/** The interval of `multinomialBootstrap` from draws made before. */
export const percentileInterval = (
  { counts, tables, smoothing }: Resamples,
  statistic: (counts: readonly number[]) => number,
  { range, level = defaultLevel }: PercentileOptions,
): BootstrapEstimate => {
  const estimate = statistic(counts);
  const values = new Float64Array(tables.length);
  let undefinedReplicates = 0;
  for (let index = 0; index < tables.length; index += 1) {
    const value = statistic(tables[index] as readonly number[]);
    values[index] = value;
    if (Number.isNaN(value)) undefinedReplicates += 1;
  }
  const tail = (1 - level) / 2;
  const [low, high] =
    undefinedReplicates === 0
      ? quantilesOf(values, [tail, 1 - tail])
      : [
          ...quantilesOf(defined(values, range[0]), [tail]),
          ...quantilesOf(defined(values, range[1]), [1 - tail]),
        ];
  const [leastShown, mostShown] = smoothing > 0 ? [estimate, estimate] : [Infinity, -Infinity];
  return {
    estimate,
    interval: {
      lower: Number.isNaN(estimate) ? range[0] : Math.min(leastShown, low as number),
      upper: Number.isNaN(estimate) ? range[1] : Math.max(mostShown, high as number),
      level,
      method: 'multinomial-bootstrap',
    },
    n: counts.reduce((sum, count) => sum + count, 0),
    replicates: tables.length,
    undefinedReplicates,
  };
};

/**
 * The two-sided p value of the hypothesis that a statistic of counts is 0, from draws made before: that of the percentile
 * interval, turned round. With B replicates, of which some are at most 0 and some at least 0,
 *
 *     p = 2 (1 + the fewer of both) / (B + 1),   1 at most
 *
 * so that an interval of any level leaves out 0 when p is below 1 − level, but for a replicate. A replicate on which the
 * statistic is NaN could have been on either side, and counts on both. p has no unit, and is never below 2 / (B + 1): so
 * few draws can't show more.
 *
 * Source: A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application (1997), sections 4.4 and 5.3.
 */
export const percentileP = (
  { tables }: Pick<Resamples, 'tables'>,
  statistic: (counts: readonly number[]) => number,
): number => {
  let [below, above] = [1, 1];
  for (const table of tables) {
    const value = statistic(table);
    if (!(value > 0)) below += 1;
    if (!(value < 0)) above += 1;
  }
  return Math.min(1, (2 * Math.min(below, above)) / (tables.length + 1));
};

/**
 * Counts of n independent rows by cell, each row in a cell with probability proportional to the cell's weight.
 * Drawn cell by cell, as a binomial share of the rows that remain.
 */
export const drawMultinomial = (
  n: number,
  weights: readonly number[],
  random: Random,
): number[] => {
  let rows = n;
  let weightLeft = 0;
  for (const weight of weights) weightLeft += weight;
  // Thousands of tables are drawn: a plain loop, which leaves nothing else to collect.
  const counts: number[] = [];
  for (const weight of weights) {
    if (!(weight >= 0)) throw new RangeError(`${weight} can't be the weight of a cell.`);
    // Integers subtract exactly; other weights may leave the last share a rounding above 1.
    const count = weight === 0 ? 0 : drawBinomial(rows, Math.min(1, weight / weightLeft), random);
    rows -= count;
    weightLeft -= weight;
    counts.push(count);
  }
  return counts;
};

/** With another number in place of NaN. */
const defined = (values: Float64Array, otherwise: number): Float64Array =>
  values.map((value) => (Number.isNaN(value) ? otherwise : value));
