import { parameterOf, type Measure } from '@sluice/contracts';
import { aucDifference, mcnemar, pairedT, type PairedCounts } from '@sluice/statistics';
import type { LossProfile, Moments } from '../profile.js';
import { effectiveClasses } from '../quality/tally.js';
import { classRates, isClassRate, shareOfRight, type ClassRate } from './class-metrics.js';
import { rateOfClass, rightRate, type CellRate } from './multiclass-measure.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from './multiclass-slice.js';
import { meanLosses, isMeanLoss, pairedMoments } from './regression-estimates.js';
import type { RegressionSlice } from './regression-slice.js';
import { isRegression } from './task-slices.js';
import { effectiveRows, type WeighedRows } from './weighed-mean.js';

/** A test of two models on the same rows; p is null when nothing varies. */
interface ModelTest {
  readonly p: number | null;
  readonly method: string;
}

/**
 * The test that version and champion do not differ in a metric of several classes or of a regression: McNemar's for shares
 * of the same rows, DeLong's for the AUC of a class, the paired t test of the differences row by row for losses. The
 * roots of two mean squared errors, and two R² of the same labels, are equal when the mean squared errors are: of these it
 * is the test of those. null for other metrics, and of weighted shares, whose pairs aren't counts; the losses of weighted
 * rows count as their effective number.
 */
export const taskTest = (
  measure: Measure,
  slice: MulticlassSlice | RegressionSlice,
): ModelTest | null =>
  isRegression(slice) ? regressionTest(measure, slice) : multiclassTest(measure, slice);

const regressionTest = (
  { metric, parameter }: Measure,
  slice: RegressionSlice,
): ModelTest | null => {
  const { version, champion, shared } = slice;
  // It is compared by its distance from 0, which is no mean of rows.
  if (champion === null || shared === null || metric === 'mean_error') return null;
  const squared = metric === 'root_mean_squared_error' || metric === 'r2_score';
  const loss = squared ? 'mean_squared_error' : metric;
  if (!isMeanLoss(loss)) return null;
  const given = parameterOf(metric, parameter) ?? 0;
  return testOfLosses(pairedMoments(meanLosses[loss], { version, champion, shared }, given), slice);
};

const multiclassTest = (measure: Measure, slice: MulticlassSlice): ModelTest | null => {
  const { metric, parameter, class: named } = measure;
  const { cells, places, losses, rankings, classes } = slice;
  const right = shareOfRight[metric];
  if (right !== undefined) return testOfShares(cells, rightRate(right));
  if (isClassRate(metric)) {
    const { ofPredicted }: ClassRate = classRates[metric];
    return ofPredicted || metric === 'base_rate'
      ? null
      : testOfShares(cells, rateOfClass(metric, named));
  }
  if (metric === 'top_k_accuracy')
    return places && testOfPlaces(places, parameterOf(metric, parameter) ?? 0);
  if (metric === 'log_loss' || metric === 'multiclass_brier_score')
    return losses && testOfScores(losses, metric === 'log_loss' ? 'log' : 'brier', cells);
  if (metric !== 'roc_auc') return null;
  const ranking = rankings?.[classes.indexOf(named ?? '')];
  if (!ranking?.champion || ranking.covariance === null) return null;
  const { version, champion, covariance } = ranking;
  const { p } = aucDifference(version, champion, covariance, effectiveClasses(ranking));
  return { p, method: 'delong' };
};

const testOfShares = (cells: readonly ClassCell[], rate: CellRate): ModelTest | null =>
  testOfPairs(
    cells.filter((cell) => rate.counts(cell, 'version')),
    (cell, predictor) => rate.succeeds(cell, predictor),
  );

const testOfPlaces = (places: readonly PlaceCell[], k: number): ModelTest | null =>
  testOfPairs(
    places,
    (cell, predictor) =>
      (predictor === 'version' ? cell.version : (cell.champion ?? Infinity)) <= k,
  );

const testOfPairs = <Cell extends Pick<ClassCell, 'count' | 'weight'>>(
  cells: readonly Cell[],
  succeeds: (cell: Cell, predictor: 'version' | 'champion') => boolean,
): ModelTest | null => {
  if (cells.some(({ weight }) => weight !== undefined)) return null;
  const only = (first: 'version' | 'champion', second: 'version' | 'champion'): number =>
    cells
      .filter((cell) => succeeds(cell, first) && !succeeds(cell, second))
      .reduce((sum, { count }) => sum + count, 0);
  const pairs: Pick<PairedCounts, 'firstOnly' | 'secondOnly'> = {
    firstOnly: only('version', 'champion'),
    secondOnly: only('champion', 'version'),
  };
  return mcnemar(pairs);
};

const testOfScores = (
  { difference }: LossProfile,
  loss: 'log' | 'brier',
  cells: readonly ClassCell[],
): ModelTest | null => {
  if (difference === null) return null;
  const weights = cells.map(({ count, weight }) => weight ?? { sum: count, squares: count });
  return testOfLosses(difference[loss], {
    weight: {
      sum: weights.reduce((total, { sum }) => total + sum, 0),
      squares: weights.reduce((total, { squares }) => total + squares, 0),
    },
  });
};

const testOfLosses = (
  { sum, squares }: Moments,
  rows: Pick<WeighedRows, 'weight'>,
): ModelTest | null => {
  const n = effectiveRows(rows);
  if (!(n > 1)) return null;
  const mass = rows.weight.sum;
  return pairedT({ mean: sum / mass, meanSquare: squares / mass, n });
};
