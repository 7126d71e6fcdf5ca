import type { Measure } from '@sluice/contracts';
import { linearCombination, newcombePaired, wilson, type Estimate } from '@sluice/statistics';
import { lacking, levelOf, measured, withoutValue, type MeasureRequest } from '../measure.js';
import type { BinarySlice, Cell, Moments } from '../profile.js';
import { meanOfShares, withoutSums } from './generalized-rates.js';
import {
  allRows,
  pairedCountsOf,
  predictionOf,
  predictorsOf,
  proportionOf,
  type Predictor,
  type Rate,
} from './rates.js';
import { effectiveRows, tallyOf, weightOf } from './tally.js';

/** The rows of one outcome, among all. */
const outcome = (succeeds: Rate['succeeds']): Rate => ({
  counts: () => true,
  succeeds,
  rows: allRows,
});

/** Rows counted by their predictions. */
const counts = {
  true_positives: outcome((label, predicted) => label && predicted),
  false_positives: outcome((label, predicted) => !label && predicted),
  true_negatives: outcome((label, predicted) => !label && !predicted),
  false_negatives: outcome((label, predicted) => label && !predicted),
} as const;

/** Rows counted by their scores (AIF360's generalized confusion matrix). */
const generalizedCounts = {
  generalized_true_positives: { label: 'positives', complement: false },
  generalized_false_positives: { label: 'negatives', complement: false },
  generalized_true_negatives: { label: 'negatives', complement: true },
  generalized_false_negatives: { label: 'positives', complement: true },
} as const;
type GeneralizedName = keyof typeof generalizedCounts;

/** Rows of an outcome as a share of all; undefined for what isn't counted by predictions. */
export const countedShare = (metric: string): Rate | undefined =>
  Object.hasOwn(counts, metric) ? counts[metric as keyof typeof counts] : undefined;

export type CountName = keyof typeof counts | GeneralizedName;
const isGeneralized = (metric: CountName): metric is GeneralizedName =>
  Object.hasOwn(generalizedCounts, metric);
export const isCount = (metric: string): metric is CountName =>
  Object.hasOwn(counts, metric) || Object.hasOwn(generalizedCounts, metric);

/**
 * The rows of an outcome, by their weight: Σ w of all rows, which is taken as given, times a share of them. A share of rows has
 * Wilson's interval and its paired difference Newcombe's; one of scores that of `meanOfShares`, and its difference that of two
 * that are independent.
 *
 * @param need rows that it needs
 */
export const countMeasure = (
  request: MeasureRequest,
  name: CountName,
  slice: BinarySlice,
  need: number,
): Measure => {
  const { of } = request;
  const { rows: n, weight } = tallyOf(slice.cells);
  const lack = lacking(request, n, n < need ? [{ group: null, have: n, need, rows: allRows }] : []);
  if (lack) return lack;
  if (weight === 0) return withoutValue(request, 'undefined', n, 'the rows weigh nothing');
  const level = levelOf(request);
  const estimate = isGeneralized(name)
    ? generalizedCount(name, slice, of, level)
    : countOf(counts[name], slice.cells, of, level);
  return estimate === null
    ? withoutValue(request, 'undefined', n, withoutSums)
    : measured(request, { ...estimate, n });
};

const countOf = (
  rate: Rate,
  cells: readonly Cell[],
  of: Measure['of'],
  level: number,
): Estimate => {
  const mass = (predictor: Predictor): number =>
    cells
      .filter((cell) => rate.succeeds(cell.label, predictionOf(cell, predictor)))
      .reduce((sum, cell) => sum + weightOf(cell).sum, 0);
  const share =
    of === 'difference'
      ? newcombePaired(pairedCountsOf(rate, cells), { level })
      : wilson(proportionOf(rate, cells, of), { level });
  // The sum itself, without the detour over shares.
  const [first = 0, second = 0] = predictorsOf(of).map(mass);
  return { ...times(share, tallyOf(cells).weight), estimate: first - second };
};

/** null where the profile doesn't hold the sums. */
const generalizedCount = (
  name: GeneralizedName,
  { cells, scores }: BinarySlice,
  of: Measure['of'],
  level: number,
): Estimate | null => {
  const { label, complement } = generalizedCounts[name];
  const tally = tallyOf(cells);
  const own = tallyOf(cells.filter((cell) => cell.label === (label === 'positives'))).weight;
  const ofPredictor = (predictor: Predictor): Estimate | null => {
    const sums = scores?.[predictor]?.byLabel?.[label];
    if (sums === undefined) return null;
    // Rows of the other label add 0.
    const counted = complement ? complementOf(sums, own) : sums;
    const share = meanOfShares(counted, tally.weight, effectiveRows(tally), level);
    return { ...times(share, tally.weight), estimate: counted.sum };
  };
  const [first, second] = predictorsOf(of).map(ofPredictor);
  if (!first || second === null) return null;
  if (second === undefined) return first;
  return linearCombination([
    { weight: 1, estimate: first },
    { weight: -1, estimate: second },
  ]);
};

/** Σ w (1 − s) and Σ w (1 − s)², from those of s. */
const complementOf = ({ sum, squares }: Moments, weight: number): Moments => ({
  sum: Math.max(0, weight - sum),
  squares: Math.max(0, weight - 2 * sum + squares),
});

const times = ({ estimate, interval, n }: Estimate, factor: number): Estimate => ({
  estimate: factor * estimate,
  interval: { ...interval, lower: factor * interval.lower, upper: factor * interval.upper },
  n,
});
