import { averageOf, isAverage, parameterOf, type Measure } from '@sluice/contracts';
import type { PairedCounts } from '@sluice/statistics';
import { pairedTest, testOfMeans, testOfPairs, type ModelTest } from '../quality/paired-test.js';
import { effectiveScale } from '../quality/tally.js';
import { weighed } from './class-confusion.js';
import { shareOfRight } from './class-metrics.js';
import { isRight, type Succeeds } from './class-shares.js';
import { isMicroShare } from './micro-shares.js';
import type { ClassCell, MulticlassSlice, PlaceCell } from './multiclass-slice.js';
import { oneAgainstAll } from './one-against-all.js';
import { meanLosses, isMeanLoss, pairedMoments } from './regression-estimates.js';
import type { RegressionSlice } from './regression-slice.js';
import { isRegression } from './task-slices.js';

const withoutChampion = 'the profile holds no predictions of the champion';
const noMean = 'it is no mean over rows';

/**
 * The test that version and champion do not differ in a metric of several classes or of a regression, or why there is none: of
 * one class that of two (`pairedTest`), McNemar's for shares of the same rows, the paired t test of the differences row by row
 * for losses, and for shares of weighted rows, which count as their effective number. The roots of two mean squared errors,
 * and two R² of the same labels, are equal when the mean squared errors are: of these it is the test of those.
 */
export const taskTest = (
  measure: Measure,
  slice: MulticlassSlice | RegressionSlice,
): ModelTest | string =>
  isRegression(slice) ? regressionTest(measure, slice) : multiclassTest(measure, slice);

const regressionTest = (
  { metric, parameter }: Measure,
  slice: RegressionSlice,
): ModelTest | string => {
  const { version, champion, shared, weight } = slice;
  if (champion === null || shared === null) return withoutChampion;
  // It is compared by its distance from 0, which is no mean of rows.
  if (metric === 'mean_error') return noMean;
  const squared = metric === 'root_mean_squared_error' || metric === 'r2_score';
  const loss = squared ? 'mean_squared_error' : metric;
  if (!isMeanLoss(loss)) return noMean;
  const given = parameterOf(metric, parameter) ?? 0;
  const differences = pairedMoments(meanLosses[loss], { version, champion, shared }, given);
  return testOfMeans(differences, tallied(weight));
};

const multiclassTest = (measure: Measure, slice: MulticlassSlice): ModelTest | string => {
  const { metric, parameter, class: named } = measure;
  if (named !== undefined) return pairedTest(measure, oneAgainstAll(slice, named));
  const { cells, places, losses } = slice;
  const right = shareOfRight[metric];
  if (right !== undefined) return testOfShares(cells, isRight(right));
  // On a line with the share that is right, they are equal when it is.
  if (isAverage(metric) && averageOf(metric).averaging === 'micro')
    return isMicroShare(averageOf(metric).name) ? testOfShares(cells, isRight(true)) : noMean;
  if (metric === 'top_k_accuracy')
    return places ? testOfPlaces(places, parameterOf(metric, parameter) ?? 0) : withoutChampion;
  if (metric === 'log_loss' || metric === 'multiclass_brier_score') {
    const differences = losses?.difference?.[metric === 'log_loss' ? 'log' : 'brier'];
    return differences === undefined
      ? withoutChampion
      : testOfMeans(differences, tallied(weighed(cells).weight));
  }
  return noMean;
};

const tallied = ({ sum, squares }: { readonly sum: number; readonly squares: number }) => ({
  weight: sum,
  squares,
});

const testOfPlaces = (places: readonly PlaceCell[], k: number): ModelTest =>
  testOfShares(
    places,
    (cell, predictor) =>
      (predictor === 'version' ? cell.version : (cell.champion ?? Infinity)) <= k,
  );

const testOfShares = <Cell extends Pick<ClassCell, 'count' | 'weight'>>(
  cells: readonly Cell[],
  succeeds: Succeeds<Cell>,
): ModelTest => {
  const scale = effectiveScale(tallied(weighed(cells).weight));
  const of = (version: boolean, champion: boolean): number =>
    cells
      .filter((cell) => succeeds(cell, 'version') === version)
      .filter((cell) => succeeds(cell, 'champion') === champion)
      .reduce((sum, { count, weight }) => sum + scale * (weight?.sum ?? count), 0);
  const pairs: PairedCounts = {
    both: of(true, true),
    firstOnly: of(true, false),
    secondOnly: of(false, true),
    neither: of(false, false),
  };
  return testOfPairs(
    pairs,
    cells.some(({ weight }) => weight !== undefined),
  );
};
