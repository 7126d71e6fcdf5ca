import { metricDefinition, parameterOf, type Measure } from '@sluice/contracts';
import { twoSidedQuantile, type Estimate } from '@sluice/statistics';
import { changeOf, distanceFrom } from '../fairness/compared.js';
import {
  lacking,
  levelOf,
  measured,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import {
  absoluteValues,
  quantileOfValues,
  signedValues,
  sketchAccuracy,
  sketchErrorOf,
  type SketchedValues,
} from './error-sketch.js';
import {
  centredLabels,
  isMeanLoss,
  meanLosses,
  pairedMoments,
  rootMeanSquare,
  rootMeanSquareDifference,
  rSquared,
  rSquaredDifference,
  type MeanLossName,
  type PairedErrors,
} from './regression-estimates.js';
import type { ErrorMoments, RegressionSlice } from './regression-slice.js';
import { effectiveRows, meanOf } from './weighed-mean.js';

/**
 * A metric of regression on a slice, as the request asks: of the version, of the champion, or version − champion.
 *
 * Means have Student's interval, their paired differences that of the differences row by row; the root of a mean of squares
 * has the roots of its limits; R² and differences of roots have theirs by the delta method. Quantiles are read off a
 * sketch between the order statistics of a binomial count, state the sketch's error, and have limits that are widened by it. The largest
 * error has no interval: rows that aren't there may be worse. n is the rows, whatever they weigh.
 */
export const regressionMeasure = (request: MeasureRequest, slice: RegressionSlice): Measure => {
  const n = slice.count;
  const lack = lacking(request, n, regressionShortfalls(request, slice, null));
  if (lack) return lack;
  const nothing = whyUndefined(request, slice);
  if (nothing !== null) return withoutValue(request, 'undefined', n, nothing);
  if (request.metric === 'max_error')
    return { ...measured(request, largestError(request, slice)), interval: null };
  return measured(
    request,
    { ...bounded(request, estimateOf(request, slice)), n },
    sketchError(request, slice),
  );
};

/** How far a quantile of the rows may be from that of their sketch; undefined of metrics that are exact. */
const sketchError = (request: MeasureRequest, slice: RegressionSlice): number | undefined => {
  const { metric, of } = request;
  if (metric !== 'median_absolute_error' && metric !== 'residual_quantile') return undefined;
  const errors = [
    ...(of === 'champion' ? [] : [slice.version]),
    ...(of === 'version' ? [] : [championErrors(slice)]),
  ];
  return errors.reduce(
    (sum, each) => sum + sketchErrorOf(figureIn(request, slice, each).estimate),
    0,
  );
};

/** What a metric of regression lacks on a slice; none when it can be taken. */
export const regressionShortfalls = (
  { minimumRows: need = minimumRows }: Pick<MeasureRequest, 'minimumRows'>,
  { count, weight }: RegressionSlice,
  group: string | null,
): Shortfall[] => {
  // An interval takes two rows, whatever the policy makes do with.
  const least = Math.max(2, need);
  const have = weight.sum > 0 ? count : 0;
  return have < least ? [{ group, have, need: least, rows: ['row', 'rows'] }] : [];
};

const whyUndefined = ({ metric, of }: MeasureRequest, slice: RegressionSlice): string | null => {
  if (of !== 'version' && slice.champion === null && metric !== 'mean_label')
    return 'there are no predictions of the champion';
  if (!(effectiveRows(slice) > 1)) return 'one row has all the weight';
  if (metric === 'mean_absolute_percentage_error' && slice.zeroLabels > 0)
    return `${slice.zeroLabels === 1 ? 'one row has' : `${slice.zeroLabels} rows have`} the label 0, of which no error is a share`;
  if (metric === 'r2_score' && isConstant(slice))
    return 'all labels are the same, so that there is no variance to explain';
  return null;
};

/** Labels of one value have a variance that is 0 but for rounding. */
const isConstant = (slice: RegressionSlice): boolean => {
  const { variance, shift } = centredLabels(slice);
  return variance <= 1e-14 * shift * shift;
};

const largestError = ({ of }: MeasureRequest, slice: RegressionSlice): Estimate => {
  const [ours, theirs] = [slice.version.largest, slice.champion?.largest ?? 0];
  const estimate = of === 'version' ? ours : of === 'champion' ? theirs : ours - theirs;
  const interval = { lower: estimate, upper: estimate, level: 0.95, method: 'none' };
  return { estimate, interval, n: slice.count };
};

const estimateOf = (request: MeasureRequest, slice: RegressionSlice): Estimate => {
  const { metric, of } = request;
  const level = levelOf(request);
  // Labels are the same for both.
  if (metric === 'mean_label' && of === 'difference')
    return meanOf({ sum: 0, squares: 0 }, slice, level);
  if (metric === 'mean_label')
    return shifted(
      meanOf({ sum: slice.label[0], squares: slice.label[1] }, slice, level),
      slice.center,
    );
  if (of === 'difference') return differenceIn(request, slice, pairedErrors(slice));
  return figureIn(request, slice, of === 'version' ? slice.version : championErrors(slice));
};

const championErrors = ({ champion }: RegressionSlice): ErrorMoments => {
  if (champion === null) throw new TypeError('The profile holds no champion’s predictions.');
  return champion;
};

const pairedErrors = (slice: RegressionSlice): PairedErrors => {
  if (slice.shared === null) throw new TypeError('The profile holds no champion’s predictions.');
  return { version: slice.version, champion: championErrors(slice), shared: slice.shared };
};

const figureIn = (
  request: MeasureRequest,
  slice: RegressionSlice,
  errors: ErrorMoments,
): Estimate => {
  const { metric } = request;
  const level = levelOf(request);
  if (isMeanLoss(metric)) {
    const mean = meanOf(
      meanLosses[metric].moments(errors, parameterOf(request.metric, request.parameter) ?? 0),
      slice,
      level,
    );
    return metric === 'mean_prediction' ? shifted(mean, slice.center) : mean;
  }
  switch (metric) {
    case 'root_mean_squared_error':
      return rootMeanSquare(meanOf(meanLosses.mean_squared_error.moments(errors), slice, level));
    case 'r2_score':
      return rSquared(errors, centredLabels(slice), slice, level);
    case 'median_absolute_error':
      return quantileIn(absoluteValues(errors.sketch), 0.5, slice, level);
    case 'residual_quantile':
      return quantileIn(
        signedValues(errors.sketch),
        parameterOf(request.metric, request.parameter) ?? 0,
        slice,
        level,
      );
    default:
      throw new TypeError(`${metric} is no metric of regression.`);
  }
};

const differenceIn = (
  request: MeasureRequest,
  slice: RegressionSlice,
  paired: PairedErrors,
): Estimate => {
  const { metric } = request;
  const level = levelOf(request);
  const apart = (): Estimate => {
    const { ideal } = metricDefinition(metric);
    const [ours, theirs] = [paired.version, paired.champion].map((errors) =>
      distanceFrom(ideal, figureIn(request, slice, errors)),
    ) as [Estimate, Estimate];
    return changeOf(ours, theirs);
  };
  // Distances from an ideal have a kink there, which no moments of rows tell of.
  if (metric === 'mean_error') return apart();
  if (isMeanLoss(metric)) return pairedMean(metric, request, slice, paired);
  if (metric === 'root_mean_squared_error') return rootMeanSquareDifference(paired, slice, level);
  if (metric === 'r2_score') return rSquaredDifference(paired, centredLabels(slice), slice, level);
  return apart();
};

const pairedMean = (
  metric: MeanLossName,
  request: MeasureRequest,
  slice: RegressionSlice,
  paired: PairedErrors,
): Estimate =>
  meanOf(
    pairedMoments(meanLosses[metric], paired, parameterOf(request.metric, request.parameter) ?? 0),
    slice,
    levelOf(request),
  );

const shifted = ({ estimate, interval, n }: Estimate, by: number): Estimate => ({
  estimate: estimate + by,
  interval: { ...interval, lower: interval.lower + by, upper: interval.upper + by },
  n,
});

/**
 * A quantile with the limits that a binomial count of rows below it has, read off a sketch.
 *
 * Source: W. J. Conover, Practical nonparametric statistics (1999), 3.2.
 */
const quantileIn = (
  values: SketchedValues,
  share: number,
  slice: RegressionSlice,
  level: number,
): Estimate => {
  const rows = effectiveRows(slice);
  const half = twoSidedQuantile(level) * Math.sqrt((share * (1 - share)) / rows);
  const at = (probability: number): number =>
    quantileOfValues(values, Math.min(1, Math.max(0, probability)));
  const estimate = at(share);
  // A row more on either side: a count is whole.
  const [lower, upper] = [at(share - half - 1 / rows), at(share + half + 1 / rows)];
  return {
    estimate,
    interval: {
      lower: lower - 2 * sketchAccuracy * Math.abs(lower),
      upper: upper + 2 * sketchAccuracy * Math.abs(upper),
      level,
      method: 'order-statistics',
    },
    n: slice.count,
  };
};

/** Within the range of the metric; of a difference, there is none. */
const bounded = ({ metric, of }: MeasureRequest, estimate: Estimate): Estimate => {
  if (of === 'difference') return estimate;
  const { lowest, highest } = metricDefinition(metric);
  const { interval } = estimate;
  return {
    ...estimate,
    interval: {
      ...interval,
      lower: Math.max(lowest, interval.lower),
      upper: Math.min(highest, interval.upper),
    },
  };
};
