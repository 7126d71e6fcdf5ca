import type { DriftPolicy, Measure } from '@sluice/contracts';
import {
  totalVariationInterval,
  twoSidedQuantile,
  type Estimate,
  type TwoSamples,
} from '@sluice/statistics';
import { scoreBins } from '../curves/score-histogram.js';
import { levelOf, measured, measuredBy, withoutValue } from '../measure.js';
import type { BinarySlice, Moments, Profile, ScoreHistogram } from '../profile.js';
import { boundOf, columnDistance, numericDistance } from './column-distance.js';
import { tooFewRows, type DriftRequest } from './column-measure.js';
import type { DriftProfile, JointDrift, NormalEstimate, Sides } from './drift-profile.js';
import { effectivePerWeight, wholeRows } from './effective-rows.js';
import { evidentlyFinding } from './evidently-choice.js';
import { estimatedPerformance, isEstimatedPerformance } from './estimated-performance.js';

/** What drift metrics of the whole table are computed from. */
export interface TableDrift {
  readonly drift: DriftProfile;
  /** Of the current table. */
  readonly profile: Profile;
  readonly policy: DriftPolicy;
}

/** A drift metric of the whole table, or of what the model makes of it. */
export const tableMeasure = (request: DriftRequest, table: TableDrift): Measure => {
  const { metric } = request;
  const { drift, profile } = table;
  if (metric === 'drifted_columns_share') return driftedShare(request, table);
  const few = tooFewRows(request, drift);
  if (few) return few;
  if (metric === 'domain_classifier_auc' || metric === 'reconstruction_error_ratio')
    return jointMeasure(request, drift.joint);
  if (profile.task !== 'binary-classification')
    return withoutValue(request, 'undefined', 0, 'it compares labels and scores of two classes');
  if (isEstimatedPerformance(metric) && drift.performance !== null)
    return estimatedPerformance(request, metric, drift.performance);
  if (drift.reference === null)
    return withoutValue(request, 'undefined', 0, 'the rows of the reference were not scored');
  const sides = {
    reference: drift.reference.overall,
    current: (drift.current ?? profile).overall,
  };
  if (isEstimatedPerformance(metric))
    return withoutValue(request, 'undefined', 0, 'there are no scores, only predictions');
  return metric === 'label_drift'
    ? sharesMeasure(request, sides, ({ label }) => label)
    : predictionMeasure(request, sides);
};

/**
 * The share of columns that drift. By effect, a column does when its distance is shown to be above the threshold: the lower
 * end of its interval is, at a level that holds for all columns together.
 */
const driftedShare = (request: DriftRequest, { drift, policy }: TableDrift): Measure => {
  const { columns } = drift;
  const n = columns.length;
  if (n === 0) return withoutValue(request, 'undefined', 0, 'there are no columns to compare');
  const few = tooFewRows(request, drift);
  if (few) return { ...few, n };
  const level = sharedLevel(levelOf(request), n);
  const drifts = columns.map((column) =>
    policy.method === 'evidently'
      ? (evidentlyFinding(column)?.drifts ?? null)
      : shownAbove(columnDistance(column, level)?.interval.lower, policy.threshold),
  );
  const unknown = columns.filter((_, index) => drifts[index] === null);
  if (unknown.length > 0)
    return withoutValue(
      request,
      'undefined',
      n,
      `what Evidently would choose is undefined on ${unknown.length} of ${n} columns, the first ${JSON.stringify(unknown[0]?.column)}`,
    );
  const value = drifts.filter((each) => each === true).length / n;
  return measuredBy(request, { value, n, method: `columns-by-${policy.method}` });
};

const shownAbove = (lower: number | undefined, threshold: number): boolean | null =>
  lower === undefined ? null : lower > threshold;

/** The level of each of several intervals that all hold together at a level (Bonferroni). */
export const sharedLevel = (level: number, intervals: number): number =>
  1 - (1 - level) / Math.max(1, intervals);

const jointMeasure = (request: DriftRequest, joint: JointDrift | null): Measure => {
  const rows = joint === null ? 0 : joint.rows.reference + joint.rows.current;
  const why = joint?.undefinedBecause ?? null;
  if (joint === null || why !== null)
    return withoutValue(request, 'undefined', rows, why ?? 'no rows were taken for it');
  if (request.metric === 'domain_classifier_auc')
    return joint.domainClassifier === null
      ? withoutValue(request, 'undefined', rows, 'no column varies')
      : measured(request, normalShare(joint.domainClassifier, levelOf(request)));
  const { reconstruction } = joint;
  if (reconstruction === null || !(reconstruction.reference.mean > 0))
    return withoutValue(
      request,
      'undefined',
      rows,
      'the principal components hold every row of the reference',
    );
  return measured(request, errorRatio(reconstruction, levelOf(request)));
};

/** An estimate within [0, 1] with its interval of a level. */
export const normalShare = (
  { estimate, standardError, n, method }: NormalEstimate,
  level: number,
): Estimate => {
  const half = twoSidedQuantile(level) * standardError;
  return {
    estimate,
    interval: {
      lower: Math.max(0, estimate - half),
      upper: Math.min(1, estimate + half),
      level,
      method,
    },
    n,
  };
};

/** By the delta method for the logarithm of a ratio of independent means. */
const errorRatio = (
  { reference, current }: Sides<{ mean: number; standardError: number; n: number }>,
  level: number,
) => {
  const estimate = current.mean / reference.mean;
  const relative = Math.hypot(
    current.standardError / current.mean,
    reference.standardError / reference.mean,
  );
  const factor = Math.exp(twoSidedQuantile(level) * relative);
  return {
    estimate,
    interval: {
      lower: estimate / factor,
      upper: estimate * factor,
      level,
      method: 'log-ratio-of-means',
    },
    n: reference.n + current.n,
  };
};

const predictionMeasure = (request: DriftRequest, sides: Sides<BinarySlice>): Measure => {
  const [reference, current] = [sides.reference.scores, sides.current.scores];
  if (reference === null || current === null)
    return sharesMeasure(request, sides, ({ prediction }) => prediction);
  const effective = (side: BinarySlice, histogram: ScoreHistogram): Float64Array => {
    const per = effectivePerWeight(weightsOf(side));
    return countsByBin(histogram).map((weight) => weight * per);
  };
  const samples: TwoSamples = {
    values: Float64Array.from({ length: scoreBins }, (_, bin) => (bin + 0.5) / scoreBins),
    reference: effective(sides.reference, reference.version),
    current: effective(sides.current, current.version),
  };
  const bins = { upper: samples.values, single: new Uint8Array(scoreBins) };
  const distance = numericDistance(samples, bins, levelOf(request));
  return distance === null
    ? withoutValue(request, 'undefined', 0, 'a table has no scores')
    : measured(request, { ...distance, n: wholeRows(distance.n) }, boundOf(distance));
};

export const countsByBin = ({ bins, positives, negatives }: ScoreHistogram): Float64Array => {
  const counts = new Float64Array(scoreBins);
  bins.forEach((bin, index) => {
    counts[bin] = (positives[index] as number) + (negatives[index] as number);
  });
  return counts;
};

/** The difference in the share of rows that are favorable. */
const sharesMeasure = (
  request: DriftRequest,
  sides: Sides<BinarySlice>,
  favorable: (cell: BinarySlice['cells'][number]) => boolean,
): Measure => {
  const counts = (slice: BinarySlice): [number, number] => {
    const per = effectivePerWeight(weightsOf(slice));
    const of = (side: boolean): number =>
      weightsOf({ cells: slice.cells.filter((cell) => favorable(cell) === side) }).sum * per;
    return [of(true), of(false)];
  };
  const estimate = totalVariationInterval(
    { reference: counts(sides.reference), current: counts(sides.current) },
    { level: levelOf(request) },
  );
  return estimate === null
    ? withoutValue(request, 'undefined', 0, 'a table has no rows')
    : measured(request, { ...estimate, n: wholeRows(estimate.n) });
};

/** Σ w and Σ w² of the rows of cells; where rows have no weights each counts 1. */
const weightsOf = ({ cells }: Pick<BinarySlice, 'cells'>): Moments =>
  cells.reduce(
    (total, { count, weight = { sum: count, squares: count } }) => ({
      sum: total.sum + weight.sum,
      squares: total.squares + weight.squares,
    }),
    { sum: 0, squares: 0 },
  );
