import type { DriftMetricName, Measure } from '@sluice/contracts';
import {
  calibrated,
  expectedPerformance,
  isotonicCalibration,
  type ExpectedPerformance,
} from '@sluice/statistics';
import { scoreBins } from '../curves/score-histogram.js';
import { measuredBy, withoutValue } from '../measure.js';
import type { BinarySlice, ScoreHistogram } from '../profile.js';
import type { DriftRequest } from './column-measure.js';
import type { Sides } from './drift-profile.js';

const figures = {
  estimated_accuracy: ({ accuracy }) => accuracy,
  estimated_precision: ({ precision }) => precision,
  estimated_recall: ({ recall }) => recall,
  estimated_f1: ({ f1 }) => f1,
  estimated_roc_auc: ({ rocAuc }) => rocAuc,
} satisfies Partial<Record<DriftMetricName, (expected: ExpectedPerformance) => number | null>>;

export type EstimatedPerformanceName = keyof typeof figures;

export const isEstimatedPerformance = (
  metric: DriftMetricName,
): metric is EstimatedPerformanceName => Object.hasOwn(figures, metric);

/**
 * The performance on the current rows as if nobody knew their labels (confidence-based performance estimation): scores are
 * calibrated on the labelled reference, by isotonic regression over the 1,000 bins of the profile. It assumes that labels
 * still depend on scores as they did, so it sees other rows, not another truth.
 *
 * Which scores are predicted favorable is told by how many rows are: the highest. That is exact for any decision
 * threshold but for the rows of the one bin that it cuts, which are taken in proportion.
 */
export const estimatedPerformance = (
  request: DriftRequest,
  metric: EstimatedPerformanceName,
  { reference, current }: Sides<BinarySlice>,
): Measure => {
  const n = current.cells.reduce((sum, { count }) => sum + count, 0);
  if (reference.scores === null || current.scores === null)
    return withoutValue(request, 'undefined', n, 'there are no scores, only predictions');
  const calibration = isotonicCalibration(labelled(reference.scores.version));
  if (calibration === null)
    return withoutValue(request, 'undefined', n, 'the reference has no scores');
  const { bins } = current.scores.version;
  const scores = Float64Array.from(bins, scoreOfBin);
  const predicted = predictedRows(current);
  const expected = expectedPerformance({
    scores,
    probabilities: scores.map((score) => calibrated(calibration, score)),
    ...predicted,
  });
  const value = figures[metric](expected);
  return value === null
    ? withoutValue(request, 'undefined', n, 'its formula is 0/0')
    : measuredBy(request, { value, n, method: 'cbpe-1000-bins' });
};

const scoreOfBin = (bin: number): number => (bin + 0.5) / scoreBins;

const labelled = ({ bins, positives, negatives }: ScoreHistogram) => ({
  scores: Float64Array.from(bins, scoreOfBin),
  positives: Float64Array.from(positives),
  negatives: Float64Array.from(negatives),
});

const predictedRows = ({
  cells,
  scores,
}: BinarySlice): { predictedPositive: Float64Array; predictedNegative: Float64Array } => {
  const { bins, positives, negatives } = (scores as NonNullable<typeof scores>).version;
  let left = cells
    .filter(({ prediction }) => prediction)
    .reduce((sum, { count }) => sum + count, 0);
  const predictedPositive = new Float64Array(bins.length);
  const predictedNegative = new Float64Array(bins.length);
  for (let index = bins.length - 1; index >= 0; index -= 1) {
    const rows = (positives[index] as number) + (negatives[index] as number);
    const favorable = Math.min(rows, left);
    predictedPositive[index] = favorable;
    predictedNegative[index] = rows - favorable;
    left -= favorable;
  }
  return { predictedPositive, predictedNegative };
};
