import { metricDefinition, type Measure } from '@sluice/contracts';
import {
  aucDifference,
  mcnemar,
  pairedT,
  weightedGeneralizedScore,
  type PairedCounts,
  type Proportion,
} from '@sluice/statistics';
import type { BinarySlice, Cell, Moments } from '../profile.js';
import {
  confusionMetricOf,
  isConfusionMetric,
  isWeightedRates,
  weightedRates,
} from './confusion-metrics.js';
import { rateOfConfusion, resampledP, type ConfusionStatistic } from './confusion.js';
import { countedShare } from './counts.js';
import {
  isOfPredicted,
  isRate,
  pairedCountsOf,
  predictionOf,
  rates,
  type Rate,
  type RateName,
} from './rates.js';
import { isLoss, lossOf } from './score-measure.js';
import {
  effectiveClasses,
  effectiveRows,
  effectiveScale,
  isWeighted,
  tallyOf,
  weightOf,
  type Tally,
} from './tally.js';

/** A test of two models on the same rows; p is null when nothing varies. */
export interface ModelTest {
  readonly p: number | null;
  readonly method: string;
}

/** Which figure is compared. */
export type ComparedFigure = Pick<Measure, 'metric' | 'parameter'>;

const unpaired = 'the profile does not hold both scores of each row';

/**
 * The test that version and champion do not differ in a metric of two classes, or why there is none:
 *
 * - of shares of the same rows, and of counts, McNemar's; of weighted ones, whose pairs aren't counts, the paired t test of
 *   what each row differs by, over effective rows;
 * - of shares of the rows that each of them predicts to be of a class, such as precision, `weightedGeneralizedScore`;
 * - of losses the paired t test of the differences row by row;
 * - of the AUC DeLong's;
 * - of other figures of the confusion what their resampled difference says: the rows that both predicted are drawn.
 *
 * Figures of calibration, of the order of scores other than the AUC, and of mean scores need both scores of each row.
 */
export const pairedTest = (figure: ComparedFigure, slice: BinarySlice): ModelTest | string => {
  const { metric, parameter } = figure;
  const { cells, losses } = slice;
  if (metricDefinition(metric).needs === 'label') return 'labels are the same for both';
  const counted = countedShare(metric);
  if (counted !== undefined) return testOfShares(counted, cells);
  if (isRate(metric))
    return isOfPredicted(metric) ? testOfSelected(metric, cells) : testOfShares(metric, cells);
  if (isLoss(metric)) {
    const differences = losses?.difference?.[lossOf(metric)];
    return differences === undefined ? unpaired : testOfMeans(differences, tallyOf(cells));
  }
  if (isWeightedRates(metric)) return resampledTest(cells, sumOfRates(weightedRates[metric]));
  if (isConfusionMetric(metric)) {
    const { resampledValue, value } = confusionMetricOf(metric, parameter);
    return resampledTest(cells, resampledValue ?? value);
  }
  return metric === 'roc_auc' ? testOfAreas(slice) : unpaired;
};

/** Of rows by whether both models succeed on them. null when there is one effective row at most. */
export const testOfPairs = (pairs: PairedCounts, weighted: boolean): ModelTest => {
  if (!weighted) return mcnemar(pairs);
  const { both, firstOnly, secondOnly, neither } = pairs;
  const n = both + firstOnly + secondOnly + neither;
  return testOfMean((firstOnly - secondOnly) / n, (firstOnly + secondOnly) / n, n);
};

/** Of a quantity of each row, such as the difference of two losses, by its moments over the rows' weights. */
export const testOfMeans = (
  { sum, squares }: Moments,
  tally: Pick<Tally, 'weight' | 'squares'>,
): ModelTest =>
  testOfMean(sum / tally.weight, squares / tally.weight, effectiveRows({ rows: 0, ...tally }));

/** One row has no spread to judge a difference by. */
const testOfMean = (mean: number, meanSquare: number, n: number): ModelTest =>
  n > 1 ? pairedT({ mean, meanSquare, n }) : { p: null, method: 'paired-t' };

const testOfShares = (rate: RateName | Rate, cells: readonly Cell[]): ModelTest =>
  testOfPairs(pairedCountsOf(rate, cells), isWeighted(cells));

/** Of rates of the rows that each predicts to be of a class; effective ones when they are weighted. */
const testOfSelected = (name: RateName, cells: readonly Cell[]): ModelTest | string => {
  const { counts, succeeds }: Rate = rates[name];
  const selects = (cell: Cell, predictor: 'version' | 'champion'): boolean =>
    counts(cell.label, predictionOf(cell, predictor));
  const selected = cells.filter((cell) => selects(cell, 'version') || selects(cell, 'champion'));
  const scale = effectiveScale(tallyOf(selected));
  const of = (version: boolean, champion: boolean): Proportion => {
    const own = selected.filter(
      (cell) => selects(cell, 'version') === version && selects(cell, 'champion') === champion,
    );
    const mass = (some: readonly Cell[]): number =>
      some.reduce((sum, cell) => sum + scale * weightOf(cell).sum, 0);
    const isSuccess = (cell: Cell): boolean =>
      succeeds(cell.label, predictionOf(cell, version ? 'version' : 'champion'));
    return { successes: mass(own.filter(isSuccess)), trials: mass(own) };
  };
  return weightedGeneralizedScore({
    firstOnly: of(true, false),
    secondOnly: of(false, true),
    both: of(true, true),
  });
};

const resampledTest = (cells: readonly Cell[], statistic: ConfusionStatistic): ModelTest => ({
  p: resampledP(cells, statistic),
  method: 'multinomial-bootstrap',
});

const sumOfRates = (
  terms: readonly { readonly weight: number; readonly rate: RateName }[],
): ConfusionStatistic => {
  const figures = terms.map(({ weight, rate }) => ({ weight, of: rateOfConfusion(rates[rate]) }));
  return (confusion) => figures.reduce((sum, { weight, of }) => sum + weight * of(confusion), 0);
};

const testOfAreas = ({ ranking }: BinarySlice): ModelTest | string => {
  if (!ranking?.champion || ranking.covariance === null) return unpaired;
  const { version, champion, covariance } = ranking;
  const { p } = aucDifference(version, champion, covariance, effectiveClasses(ranking));
  return { p, method: 'delong' };
};
