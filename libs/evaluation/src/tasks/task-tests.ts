import { averageOf, isAverage, parameterOf, type Measure } from '@sluice/contracts';
import { mcnemar, pairedT, type PairedCounts } from '@sluice/statistics';
import type { LossProfile, Moments } from '../profile.js';
import { pairedTest, type ModelTest } from '../quality/paired-test.js';
import { shareOfRight } from './class-metrics.js';
import { isRight, type Succeeds } from './class-shares.js';
import { isMicroShare } from './micro-shares.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from './multiclass-slice.js';
import { oneAgainstAll } from './one-against-all.js';
import { meanLosses, isMeanLoss, pairedMoments } from './regression-estimates.js';
import type { RegressionSlice } from './regression-slice.js';
import { isRegression } from './task-slices.js';
import { effectiveRows, type WeighedRows } from './weighed-mean.js';

/**
 * The test that version and champion do not differ in a metric of several classes or of a regression: of one class that of two
 * (`pairedTest`), McNemar's for shares of the same rows, the paired t test of the differences row by row for losses. The
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
  if (named !== undefined) return pairedTest(metric, oneAgainstAll(slice, named));
  const { cells, places, losses } = slice;
  const right = shareOfRight[metric];
  if (right !== undefined) return testOfPairs(cells, isRight(right));
  // On a line with the share that is right, they are equal when it is.
  if (isAverage(metric) && averageOf(metric).averaging === 'micro')
    return isMicroShare(averageOf(metric).name) ? testOfPairs(cells, isRight(true)) : null;
  if (metric === 'top_k_accuracy')
    return places && testOfPlaces(places, parameterOf(metric, parameter) ?? 0);
  if (metric === 'log_loss' || metric === 'multiclass_brier_score')
    return losses && testOfScores(losses, metric === 'log_loss' ? 'log' : 'brier', cells);
  return null;
};

const testOfPlaces = (places: readonly PlaceCell[], k: number): ModelTest | null =>
  testOfPairs(
    places,
    (cell, predictor) =>
      (predictor === 'version' ? cell.version : (cell.champion ?? Infinity)) <= k,
  );

const testOfPairs = <Cell extends Pick<ClassCell, 'count' | 'weight'>>(
  cells: readonly Cell[],
  succeeds: Succeeds<Cell>,
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
