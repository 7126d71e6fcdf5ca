import type { DriftMetricName, Measure } from '@sluice/contracts';
import {
  calibrated,
  calibrationGain,
  expectedPerformance,
  isotonicCalibration,
  performanceDeviations,
  seededRandom,
  twoSidedQuantile,
  type JudgedScores,
  type LabelledScores,
  type PerformanceFigures,
} from '@sluice/statistics';
import { levelOf, measured, withoutValue } from '../measure.js';
import type { DriftRequest } from './column-measure.js';
import type { PerformanceDrift } from './drift-profile.js';
import { wholeRows } from './effective-rows.js';

/** Metrics of estimated performance, and the figure that each is of. */
export const estimatedFigures = {
  estimated_accuracy: 'accuracy',
  estimated_precision: 'precision',
  estimated_recall: 'recall',
  estimated_f1: 'f1',
  estimated_roc_auc: 'rocAuc',
} as const satisfies Partial<Record<DriftMetricName, keyof PerformanceFigures>>;

export type EstimatedPerformanceName = keyof typeof estimatedFigures;

export const isEstimatedPerformance = (
  metric: DriftMetricName,
): metric is EstimatedPerformanceName => Object.hasOwn(estimatedFigures, metric);

/**
 * The performance on the current rows as if nobody knew their labels (confidence-based performance estimation): scores are
 * calibrated on the labelled reference by isotonic regression, unless that makes them no better there, as in NannyML. It
 * assumes that labels still depend on scores as they did, so it sees other rows, not another truth.
 *
 * The interval is of the performance on the population that the rows come from: normal, with the sampling error of as many
 * rows as there are now, and that of the reference, on which the calibration rests. NannyML's band is three sampling
 * errors of the current rows alone.
 */
export const estimatedPerformance = (
  request: DriftRequest,
  metric: EstimatedPerformanceName,
  performance: PerformanceDrift,
): Measure => {
  const figure = estimatedFigures[metric];
  const { expected, deviations, isCalibrated, rows } = estimates(performance);
  const { n } = expected;
  const shown = wholeRows(n);
  const value = expected[figure];
  const deviation = deviations[figure];
  if (rows === 0) return withoutValue(request, 'undefined', shown, 'the reference has no scores');
  if (value === null) return withoutValue(request, 'undefined', shown, 'its formula is 0/0');
  if (deviation === null)
    return withoutValue(request, 'undefined', shown, 'it is undefined on the reference');
  const level = levelOf(request);
  const half = twoSidedQuantile(level) * deviation * Math.sqrt(1 / n + 1 / rows);
  return measured(request, {
    estimate: value,
    interval: {
      lower: Math.max(0, value - half),
      upper: Math.min(1, value + half),
      level,
      method: isCalibrated ? 'cbpe-isotonic' : 'cbpe-raw-scores',
    },
    n: shown,
  });
};

interface Estimates {
  readonly expected: PerformanceFigures & { readonly n: number };
  readonly deviations: PerformanceFigures;
  readonly isCalibrated: boolean;
  /** Of the reference. */
  readonly rows: number;
}

const known = new WeakMap<PerformanceDrift, Estimates>();

/** Every metric and level asks for the same calibration, which takes time in the number of scores. */
const estimates = (performance: PerformanceDrift): Estimates => {
  const found = known.get(performance) ?? estimated(performance);
  known.set(performance, found);
  return found;
};

const estimated = ({ reference, current }: PerformanceDrift): Estimates => {
  const labelled = byLabel(reference);
  // Always the same draws: the same data gives the same verdict.
  const gain = calibrationGain(coarse(labelled), { random: seededRandom([1]) });
  const calibration = gain?.improves === true ? isotonicCalibration(labelled) : null;
  const probability = (score: number): number =>
    calibration === null ? Math.min(1, Math.max(0, score)) : calibrated(calibration, score);
  return {
    expected: expectedPerformance({
      ...current,
      probabilities: current.scores.map(probability),
    }),
    deviations: performanceDeviations(reference),
    isCalibrated: calibration !== null,
    rows: sum(labelled.positives) + sum(labelled.negatives),
  };
};

const byLabel = (rows: JudgedScores): LabelledScores => ({
  scores: rows.scores,
  positives: rows.truePositives.map((count, at) => count + (rows.falseNegatives[at] as number)),
  negatives: rows.falsePositives.map((count, at) => count + (rows.trueNegatives[at] as number)),
});

/** Draws for each of a million scores would take minutes, to find errors of ten bins. */
const coarse = (rows: LabelledScores): LabelledScores => {
  if (rows.scores.length <= mostScores) return rows;
  const sums = new Map<number, [positives: number, negatives: number]>();
  rows.scores.forEach((score, index) => {
    const near = Math.round(score * mostScores) / mostScores;
    const [positives, negatives] = sums.get(near) ?? [0, 0];
    sums.set(near, [
      positives + (rows.positives[index] as number),
      negatives + (rows.negatives[index] as number),
    ]);
  });
  const of = (place: 0 | 1): Float64Array =>
    Float64Array.from(sums.values(), (counts) => counts[place]);
  // Scores are ascending, and stay so.
  return { scores: Float64Array.from(sums.keys()), positives: of(0), negatives: of(1) };
};

const mostScores = 5000;

const sum = (counts: Float64Array): number => counts.reduce((total, count) => total + count, 0);
