import { parameterOf, type Measure, type MetricName } from '@sluice/contracts';
import {
  calibrationError,
  linearCombination,
  maximumCalibrationError,
  meanInterval,
  wilson,
  type Estimate,
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
import type { BinarySlice, Cell, Losses, Moments } from '../profile.js';
import { allRows, favorableRows, predictorsOf, unfavorableRows, type Predictor } from './rates.js';
import {
  areaUnderPrecisionRecall,
  calibrationErrorOf,
  distanceOfDistributions,
  gainAt,
  type BoundedEstimate,
} from './score-estimates.js';
import { effectiveRows, rowsOf, tallyOf } from './tally.js';

/** A metric of scores as probabilities: a mean over rows of what each is charged. */
const lossMetrics = { log_loss: 'log', brier_score: 'brier' } as const satisfies Partial<
  Record<MetricName, keyof Losses>
>;
type LossMetricName = keyof typeof lossMetrics;
export const isLoss = (metric: string): metric is LossMetricName =>
  Object.hasOwn(lossMetrics, metric);
/** Which of the losses a metric is the mean of. */
export const lossOf = (metric: LossMetricName): keyof Losses => lossMetrics[metric];

/** The most that a row can be charged. */
const mostCharged: Record<LossMetricName, number> = { log_loss: 52 * Math.LN2, brier_score: 1 };

type CurveMetricName =
  | 'expected_calibration_error'
  | 'maximum_calibration_error'
  | 'pr_auc'
  | 'ks_statistic'
  | 'gain'
  | 'lift';
export type ScoreMetricName = LossMetricName | CurveMetricName;

const byLabel = ['favorable', 'unfavorable'] as const;
type Needed = 'all' | (typeof byLabel)[number];

/** The rows that each metric divides by. */
const needs: Record<ScoreMetricName, readonly Needed[]> = {
  log_loss: ['all'],
  brier_score: ['all'],
  expected_calibration_error: ['all'],
  maximum_calibration_error: ['all'],
  pr_auc: byLabel,
  ks_statistic: byLabel,
  gain: byLabel,
  lift: byLabel,
};
export const isScoreMetric = (metric: string): metric is ScoreMetricName =>
  Object.hasOwn(needs, metric);

const needed = {
  all: { counts: () => true, need: minimumRows, rows: allRows },
  favorable: {
    counts: ({ label }: Cell) => label,
    need: minimumRowsPerClass,
    rows: favorableRows,
  },
  unfavorable: {
    counts: ({ label }: Cell) => !label,
    need: minimumRowsPerClass,
    rows: unfavorableRows,
  },
} as const;

/** The denominators of a metric of scores. */
export const scoreShortfalls = (
  metric: ScoreMetricName,
  cells: readonly Cell[],
): Omit<Shortfall, 'group'>[] =>
  needs[metric].map((name) => {
    const { counts, need, rows } = needed[name];
    const have = cells.filter(counts).reduce((sum, cell) => sum + rowsOf(cell), 0);
    return { have, need, rows };
  });

/**
 * A metric of scores on a slice. Values are exact, but those of ranks in profiles merged from parts (`boundsOfRanks`): these
 * state how far the exact one may be, and their intervals are that much wider on either side. n is all rows.
 *
 * Mean losses have the interval of a mean, their differences that of the mean of each row's difference. The areas,
 * distances and errors have those of `averagePrecisionInterval`, `kolmogorovSmirnovInterval`, `gainInterval`,
 * `calibrationError` and `maximumCalibrationError`. A profile doesn't hold which rows two models score how, together, so that differences of these are
 * taken as if version and champion were of different rows: too wide an interval, as models of the same rows agree more
 * than that, and never too narrow a one.
 */
export const scoreMeasure = (
  request: MeasureRequest,
  metric: ScoreMetricName,
  slice: BinarySlice,
): Measure => {
  if (slice.scores === null) return withoutValue(request, 'undefined', 0, predictionsOnly);
  const n = slice.cells.reduce((sum, cell) => sum + rowsOf(cell), 0);
  const shortfalls = scoreShortfalls(metric, slice.cells)
    .map((each) => ({ ...each, group: null, need: request.minimumRows ?? each.need }))
    .filter(({ have, need }) => have < need);
  const lack = lacking(request, n, shortfalls);
  if (lack) return lack;
  if (request.of !== 'version' && slice.scores.champion === null)
    return withoutValue(request, 'undefined', n, 'there are no scores of the champion');
  const found = isLoss(metric)
    ? lossEstimate(request, metric, slice)
    : curveEstimate(request, metric, slice);
  return typeof found === 'string'
    ? withoutValue(request, 'undefined', n, found)
    : measured(request, { ...found.estimate, n }, found.errorBound);
};

const predictionsOnly = 'there are no scores: the data holds predictions only';
const unranked = 'scores cannot be ranked by label: the rows of a label weigh nothing';

/** The estimate, or why there is none. */
const lossEstimate = (
  request: MeasureRequest,
  metric: LossMetricName,
  { cells, losses }: BinarySlice,
): BoundedEstimate | string => {
  const charged = losses?.[request.of]?.[lossMetrics[metric]];
  if (charged === undefined) return predictionsOnly;
  const most = mostCharged[metric];
  const estimate = meanOf(charged, cells, levelOf(request));
  const { lower, upper } = estimate.interval;
  if (request.of === 'difference') return { estimate: within(estimate, [-most, most]) };
  // Rows that are all charged the same don't show that there is never another charge.
  if (lower === upper) return { estimate: asShareOf(most, estimate, levelOf(request)) };
  return { estimate: within(estimate, [0, metric === 'log_loss' ? Infinity : 1]) };
};

/** The mean over rows of a quantity whose moments over their weights are known. */
const meanOf = ({ sum, squares }: Moments, cells: readonly Cell[], level: number): Estimate => {
  const tally = tallyOf(cells);
  return meanInterval(
    { mean: sum / tally.weight, meanSquare: squares / tally.weight, n: effectiveRows(tally) },
    { level },
  );
};

/** Wilson's interval of a mean within [0, most], as if it were a share: no quantity within varies more. */
const asShareOf = (most: number, { estimate, n }: Estimate, level: number): Estimate => {
  const share = Math.min(1, estimate / most);
  const { interval } = wilson({ successes: share * n, trials: n }, { level });
  return {
    estimate,
    interval: {
      ...interval,
      lower: Math.min(estimate, interval.lower * most),
      upper: Math.max(estimate, interval.upper * most),
    },
    n,
  };
};

const curveEstimate = (
  request: MeasureRequest,
  metric: CurveMetricName,
  slice: BinarySlice,
): BoundedEstimate | string => {
  const estimates = predictorsOf(request.of).map((predictor) =>
    ofPredictor(request, metric, slice, predictor),
  );
  const known = estimates.filter((estimate) => estimate !== null);
  if (known.length < estimates.length) return unranked;
  const [first, second] = known as [BoundedEstimate, BoundedEstimate?];
  const reach = metric === 'lift' ? 1 / shareOf(request) : 1;
  if (second === undefined) return allowingFor(first, [0, reach]);
  const estimate = linearCombination([
    { weight: 1, estimate: first.estimate },
    { weight: -1, estimate: second.estimate },
  ]);
  const errorBound = [first, second].reduce<number | undefined>(
    (sum, each) => (each.errorBound === undefined ? sum : (sum ?? 0) + each.errorBound),
    undefined,
  );
  return allowingFor(errorBound === undefined ? { estimate } : { estimate, errorBound }, [
    -reach,
    reach,
  ]);
};

/** With an interval that allows for the bound of the error, within a range. */
const allowingFor = (
  { estimate, errorBound }: BoundedEstimate,
  range: readonly [number, number],
): BoundedEstimate => {
  if (errorBound === undefined) return { estimate: within(estimate, range) };
  const { lower, upper, level, method } = estimate.interval;
  const interval = {
    lower: lower - errorBound,
    upper: upper + errorBound,
    level,
    method: `${method}-binned`,
  };
  return { estimate: within({ ...estimate, interval }, range), errorBound };
};

/** null when the profile doesn't hold it. */
const ofPredictor = (
  request: MeasureRequest,
  metric: CurveMetricName,
  slice: BinarySlice,
  predictor: Predictor,
): BoundedEstimate | null => {
  const level = levelOf(request);
  switch (metric) {
    case 'expected_calibration_error':
    case 'maximum_calibration_error': {
      const error =
        metric === 'expected_calibration_error' ? calibrationError : maximumCalibrationError;
      const estimate = calibrationErrorOf(slice, predictor, error, level);
      return estimate && { estimate };
    }
    case 'pr_auc':
      return areaUnderPrecisionRecall(slice, predictor, level);
    case 'ks_statistic':
      return distanceOfDistributions(slice, predictor, level);
    case 'gain':
      return gainAt(shareOf(request), slice, predictor, level);
    case 'lift': {
      const share = shareOf(request);
      const gain = gainAt(share, slice, predictor, level);
      return (
        gain && {
          estimate: scaled(gain.estimate, 1 / share),
          ...(gain.errorBound !== undefined && { errorBound: gain.errorBound / share }),
        }
      );
    }
  }
};

const shareOf = ({ metric, parameter }: MeasureRequest): number => {
  const share = parameterOf(metric, parameter);
  if (share === undefined) throw new TypeError(`${metric} is of a share of rows.`);
  return share;
};

const scaled = ({ estimate, interval, n }: Estimate, factor: number): Estimate => ({
  estimate: estimate * factor,
  interval: { ...interval, lower: interval.lower * factor, upper: interval.upper * factor },
  n,
});

const within = (
  { estimate, interval, n }: Estimate,
  [lowest, highest]: readonly [number, number],
): Estimate => ({
  estimate,
  interval: {
    ...interval,
    lower: Math.max(lowest, interval.lower),
    upper: Math.min(highest, interval.upper),
  },
  n,
});
