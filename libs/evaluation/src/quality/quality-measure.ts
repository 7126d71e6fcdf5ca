import type { Measure } from '@sluice/contracts';
import {
  aucDifference,
  aucInterval,
  linearCombination,
  newcombePaired,
  unpairedAucDifference,
  wilson,
} from '@sluice/statistics';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  minimumRowsPerClass,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import { rowsByLabel } from '../merge-ranking.js';
import type { BinarySlice, Cell } from '../profile.js';
import { binnedAucMeasure } from './binned-auc-measure.js';
import {
  confusionMetricOf,
  isConfusionMetric,
  isWeightedRates,
  weightedRates,
  type ConfusionMetricName,
  type WeightedRatesName,
} from './confusion-metrics.js';
import { countMeasure, isCount } from './counts.js';
import {
  confusionOf,
  rateOfConfusion,
  resampled,
  resampledDifference,
  rowConfusionOf,
} from './confusion.js';
import {
  generalizedRateMeasure,
  generalizedRates,
  isGeneralizedRate,
} from './generalized-rates.js';
import {
  allRows,
  denominatorsOf,
  favorableRows,
  isOfPredicted,
  isRate,
  pairedCountsOf,
  predictorsOf,
  proportionOf,
  rates,
  rowsCounted,
  rowsOfChampion,
  unfavorableRows,
  type RateName,
} from './rates.js';
import { isScoreMetric, scoreMeasure, scoreShortfalls } from './score-measure.js';
import { effectiveClasses, tallyOf } from './tally.js';

/**
 * A quality metric on a slice, as the request asks: of the version, of the champion, or version − champion.
 *
 * Rates have Wilson's interval and their paired differences Newcombe's; F1 has Wilson's of the share that it is a
 * function of; sums of rates combine theirs; the AUC has DeLong's on the logit scale, and its paired difference
 * DeLong's, and in a profile merged from parts the bound of its error is added to them; the other metrics of scores are
 * `scoreMeasure`'s. All else is resampled from the counts. Values of weighted rows come from their weights, intervals from
 * the rows that are effective (see `effectiveRows`). n is the denominator: rows, favorable rows, unfavorable rows; for
 * the AUC and metrics of the whole confusion all rows.
 */
export const qualityMeasure = (request: MeasureRequest, slice: BinarySlice): Measure => {
  const { metric } = request;
  if (isRate(metric)) return rateMeasure(request, metric, slice.cells);
  if (isWeightedRates(metric)) return weightedMeasure(request, metric, slice.cells);
  if (isConfusionMetric(metric)) return confusionMeasure(request, metric, slice.cells);
  if (isScoreMetric(metric)) return scoreMeasure(request, metric, slice);
  if (isGeneralizedRate(metric)) return generalizedRateMeasure(request, metric, slice);
  if (isCount(metric))
    return countMeasure(request, metric, slice, request.minimumRows ?? minimumRows);
  return aucMeasure(request, slice);
};

/** What of a slice tells how many rows there are. */
type CountedSlice = Pick<BinarySlice, 'cells' | 'ranking'> & Partial<Pick<BinarySlice, 'scores'>>;

/** What a quality metric lacks on a slice; none when it can be taken. */
export const qualityShortfalls = (
  request: Pick<MeasureRequest, 'metric' | 'of' | 'minimumRows' | 'parameter'>,
  slice: CountedSlice,
  group: string | null,
): Shortfall[] =>
  qualityDenominators(request, slice)
    .map(({ have, need, rows }) => ({ group, have, need: request.minimumRows ?? need, rows }))
    .filter(({ have, need }) => have < need);

/** The rows that a quality metric divides by, and how many of them it needs unless a check asks otherwise. */
export const qualityDenominators = (
  { metric, of }: Pick<MeasureRequest, 'metric' | 'of'>,
  { cells, ranking, scores = null }: CountedSlice,
): Omit<Shortfall, 'group'>[] => {
  const ofRate = (name: RateName): Omit<Shortfall, 'group'>[] =>
    denominatorsOf(name, cells, of).map((denominator) => ({ ...denominator, need: minimumRows }));
  if (isRate(metric)) return ofRate(metric);
  if (isWeightedRates(metric)) return weightedRates[metric].flatMap(({ rate }) => ofRate(rate));
  if (isScoreMetric(metric)) return scoreShortfalls(metric, cells);
  if (isConfusionMetric(metric))
    return predictorsOf(of).flatMap((predictor) =>
      confusionMetricOf(metric, undefined)
        .denominators(rowConfusionOf(cells, predictor))
        // Rows by label are the same ones for both: told once.
        .filter(({ ofPredicted }) => ofPredicted || predictor === predictorsOf(of)[0])
        .map(({ have, need, rows, ofPredicted }) => ({
          have,
          need,
          rows: ofPredicted && predictor === 'champion' ? rowsOfChampion(rows) : rows,
        })),
    );
  if (isGeneralizedRate(metric)) return ofRate(generalizedRates[metric].rate);
  if (isCount(metric)) return [{ have: tallyOf(cells).rows, need: minimumRows, rows: allRows }];
  // Without scores it isn't rows that are missing.
  if (ranking === null && scores === null) return [];
  const { positives, negatives } = ranking ?? rowsByLabel(cells);
  return [
    { have: positives, need: minimumRowsPerClass, rows: favorableRows },
    { have: negatives, need: minimumRowsPerClass, rows: unfavorableRows },
  ];
};

const rateMeasure = (request: MeasureRequest, rate: RateName, cells: readonly Cell[]): Measure => {
  const { of } = request;
  const level = levelOf(request);
  const n = rowsCounted(rate, cells, of);
  const lack = lacking(request, n, qualityShortfalls(request, { cells, ranking: null }, null));
  if (lack) return lack;
  if (of !== 'difference')
    return measured(request, { ...wilson(proportionOf(rate, cells, of), { level }), n });
  if (!isOfPredicted(rate))
    return measured(request, { ...newcombePaired(pairedCountsOf(rate, cells), { level }), n });
  const difference = resampledDifference(cells, rateOfConfusion(rates[rate]), {
    level,
    range: [-1, 1],
  });
  return measured(request, { ...difference, n });
};

const weightedMeasure = (
  request: MeasureRequest,
  metric: WeightedRatesName,
  cells: readonly Cell[],
): Measure => {
  const { of } = request;
  const level = levelOf(request);
  const n = weightedRates[metric].reduce(
    (sum, { rate }) => sum + proportionOf(rate, cells, 'version').rows,
    0,
  );
  const lack = lacking(request, n, qualityShortfalls(request, { cells, ranking: null }, null));
  if (lack) return lack;
  const sum = linearCombination(
    weightedRates[metric].map(({ weight, rate }) => ({
      weight,
      estimate:
        of === 'difference'
          ? newcombePaired(pairedCountsOf(rate, cells), { level })
          : wilson(proportionOf(rate, cells, of), { level }),
    })),
  );
  return measured(request, { ...sum, n });
};

const confusionMeasure = (
  request: MeasureRequest,
  name: ConfusionMetricName,
  cells: readonly Cell[],
): Measure => {
  const metric = confusionMetricOf(name, request.parameter);
  const { of } = request;
  const level = levelOf(request);
  const confusions = predictorsOf(of).map((predictor) => confusionOf(cells, predictor));
  const n = Math.max(
    ...predictorsOf(of).map((predictor) => metric.n(rowConfusionOf(cells, predictor))),
  );
  const lack = lacking(request, n, qualityShortfalls(request, { cells, ranking: null }, null));
  if (lack) return lack;
  if (confusions.some((confusion) => Number.isNaN(metric.value(confusion))))
    return withoutValue(request, 'undefined', n, metric.undefinedBecause ?? 'its formula is 0/0');
  const range = metric.range(cells.reduce((sum, { count }) => sum + count, 0));
  if (of === 'difference') {
    const reach = range[1] - range[0];
    const difference = resampledDifference(cells, metric.resampledValue ?? metric.value, {
      level,
      range: [-reach, reach],
    });
    return measured(request, { ...difference, n });
  }
  const [confusion] = confusions;
  if (!confusion) throw new TypeError('A figure is of somebody.');
  const estimate = metric.interval
    ? metric.interval(confusion, level)
    : resampled(cells, of, metric.resampledValue ?? metric.value, { level, range });
  return measured(request, { ...estimate, n });
};

const aucMeasure = (
  request: MeasureRequest,
  { cells, ranking, scores }: Pick<BinarySlice, 'cells' | 'ranking' | 'scores'>,
): Measure => {
  if (ranking === null && scores === null)
    return withoutValue(
      request,
      'undefined',
      0,
      'there is no ranking of scores: the data holds predictions only',
    );
  const { positives, negatives } = ranking ?? rowsByLabel(cells);
  const n = positives + negatives;
  const lack = lacking(request, n, qualityShortfalls(request, { cells, ranking, scores }, null));
  if (lack) return lack;
  if (ranking === null) return binnedAucMeasure(request, { cells, scores });
  const level = levelOf(request);
  const sizes = effectiveClasses(ranking);
  if (sizes.positives === 0 || sizes.negatives === 0)
    return withoutValue(request, 'undefined', n, 'the rows of a label weigh nothing');
  if (request.of === 'version')
    return measured(request, { ...aucInterval(ranking.version, sizes, { level }), n });
  const { version, champion, covariance } = ranking;
  if (champion === null)
    return withoutValue(request, 'undefined', n, 'there are no scores of the champion');
  const estimate =
    request.of === 'champion'
      ? aucInterval(champion, sizes, { level })
      : covariance === null
        ? unpairedAucDifference(version, champion, sizes, { level })
        : aucDifference(version, champion, covariance, sizes, { level });
  return measured(request, { ...estimate, n });
};
