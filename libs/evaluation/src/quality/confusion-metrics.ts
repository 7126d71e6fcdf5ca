import { metricDefinition } from '@sluice/contracts';
import { wilson, type Estimate } from '@sluice/statistics';
import { minimumRows, minimumRowsPerClass } from '../measure.js';
import type { Confusion, ConfusionStatistic } from './confusion.js';
import {
  allRows,
  favorableRows,
  rates,
  unfavorableRows,
  type RateName,
  type RowWords,
} from './rates.js';

/** Rows that a figure divides by, and how many there have to be unless the policy says otherwise. */
export interface Denominator {
  readonly have: number;
  readonly need: number;
  readonly rows: RowWords;
  /** When it is counted by predictions, which are those of the version or of the champion. */
  readonly ofPredicted?: true;
}

/** A metric of a whole confusion, which isn't the share of any rows. The formulas are those of contracts. */
export interface ConfusionMetric {
  /** NaN where it is 0/0. */
  readonly value: ConfusionStatistic;
  readonly denominators: (confusion: Confusion) => readonly Denominator[];
  /** The rows that it rests on. */
  readonly n: ConfusionStatistic;
  /** Its range with so many rows; that of a difference reaches from one end to the other both ways. */
  readonly range: (rows: number) => readonly [lowest: number, highest: number];
  /** Its interval, where there is one in closed form; otherwise counts are resampled. */
  readonly interval?: (confusion: Confusion, level: number) => Estimate;
  /** Why it is 0/0 although there are rows enough. */
  readonly undefinedBecause?: string;
  /** What is computed of resampled counts, when it isn't the value itself. */
  readonly resampledValue?: ConfusionStatistic;
}

const rowsOf: ConfusionStatistic = ({ tp, fp, fn, tn }) => tp + fp + fn + tn;

const byLabel = ({ tp, fp, fn, tn }: Confusion): Denominator[] => [
  { have: tp + fn, need: minimumRowsPerClass, rows: favorableRows },
  { have: fp + tn, need: minimumRowsPerClass, rows: unfavorableRows },
];

const byPrediction = ({ tp, fp, fn, tn }: Confusion): Denominator[] => [
  { have: tp + fp, need: minimumRowsPerClass, rows: rates.precision.rows, ofPredicted: true },
  {
    have: fn + tn,
    need: minimumRowsPerClass,
    rows: rates.false_omission_rate.rows,
    ofPredicted: true,
  },
];

const every = (confusion: Confusion): Denominator[] => [
  { have: rowsOf(confusion), need: minimumRows, rows: allRows },
];

/** Rows that are favorable, or predicted so: all that F1 looks at. */
const eitherFavorable: ConfusionStatistic = ({ tp, fp, fn }) => tp + fp + fn;

/** What rows get, b = 1 + prediction − label: 2 for a false positive, 0 for a false negative, 1 when right; over its mean. */
const benefits = ({ tp, fp, fn, tn }: Confusion): { n: number; mean: number; ones: number } => {
  const n = tp + fp + fn + tn;
  return { n, mean: (n + fp - fn) / n, ones: tp + tn };
};

/**
 * mean[(b/μ)^α − 1] / (α(α − 1)), and its limits: mean[(b/μ) ln(b/μ)] at α = 1 (Theil) and −mean[ln(b/μ)] at α = 0, the
 * mean logarithmic deviation. NaN where nobody gets anything, or for α ≤ 0 where somebody gets nothing: then it is
 * infinite.
 *
 * Source: F. A. Cowell and K. Kuga, Additivity and the entropy concept, Journal of Economic Theory 25 (1981).
 */
const generalizedEntropy =
  (alpha: number): ConfusionStatistic =>
  (confusion) => {
    const { n, mean, ones } = benefits(confusion);
    const { fp, fn } = confusion;
    if (alpha <= 0 && fn > 0) return NaN;
    if (alpha === 2) {
      const ofOnes = (ones * (1 / mean - mean)) / mean;
      const ofTwos = (fp * (4 / mean - mean)) / mean;
      return Math.max(0, (ofOnes + ofTwos - fn) / (2 * n));
    }
    if (mean === 0) return NaN;
    // Where nobody gets nothing, ∞ doesn't count.
    const ofNothing = fn === 0 ? 0 : fn * entropyOf(0, alpha);
    const ofOthers = ones * entropyOf(1 / mean, alpha) + fp * entropyOf(2 / mean, alpha);
    return (ofOthers + ofNothing) / n;
  };

/**
 * What a benefit of x times the mean adds to a generalized entropy index, φ(x) = (x^α − 1 − α(x − 1)) / (α(α − 1)) and
 * its limits at α = 0 and 1. 0 at x = 1 and positive elsewhere; the linear term sums to 0 over all rows.
 */
export const entropyOf = (x: number, alpha: number): number => {
  if (alpha === 0) return x - 1 - Math.log(x);
  if (alpha === 1) return x === 0 ? 1 : x * Math.log(x) - x + 1;
  // Within one square of the mean, exactly.
  if (alpha === 2) return ((x - 1) * (x - 1)) / 2;
  return (x ** alpha - 1 - alpha * (x - 1)) / (alpha * (alpha - 1));
};

const inequality = {
  denominators: every,
  n: rowsOf,
  undefinedBecause:
    'every row is favorable and predicted unfavorable, so that the mean benefit is 0',
} as const;

const fromMinusOne = (): readonly [number, number] => [-1, 1];

const oneOrBoth: Denominator['rows'] = [
  'row that is favorable or predicted favorable',
  'rows that are favorable or predicted favorable',
];
const byEither = (confusion: Confusion): Denominator[] => [
  { have: eitherFavorable(confusion), need: minimumRows, rows: oneOrBoth, ofPredicted: true },
];

/** Fβ, in which β says how many times as important the true positive rate is as precision (van Rijsbergen, 1979). */
const fBeta = (beta: number): ConfusionMetric => {
  const squared = beta * beta;
  return {
    value: ({ tp, fp, fn }) => ((1 + squared) * tp) / ((1 + squared) * tp + squared * fn + fp),
    denominators: byEither,
    n: eitherFavorable,
    range: () => [0, 1],
  };
};

export const confusionMetrics = {
  f_beta_score: fBeta(metricDefinition('f_beta_score').parameter?.default ?? NaN),
  f1_score: {
    value: ({ tp, fp, fn }) => (2 * tp) / (2 * tp + fp + fn),
    denominators: byEither,
    n: eitherFavorable,
    range: () => [0, 1],
    // F1 = 2J / (1 + J), where J = TP / (TP + FP + FN) is a share, and rises with it: J's limits give F1's.
    interval: (confusion, level) => {
      const trials = eitherFavorable(confusion);
      const { interval } = wilson({ successes: confusion.tp, trials }, { level });
      const ofShare = (share: number): number => (2 * share) / (1 + share);
      const { lower, upper } = interval;
      return {
        estimate: (2 * confusion.tp) / (trials + confusion.tp),
        interval: { ...interval, lower: ofShare(lower), upper: ofShare(upper) },
        n: trials,
      };
    },
  },
  matthews_correlation_coefficient: {
    value: ({ tp, fp, fn, tn }) =>
      (tp * tn - fp * fn) /
      // Roots of factors: the product of four margins of a large table leaves the exact integers.
      (Math.sqrt((tp + fp) * (tn + fn)) * Math.sqrt((tp + fn) * (tn + fp))),
    denominators: (confusion) => [...byLabel(confusion), ...byPrediction(confusion)],
    n: rowsOf,
    range: fromMinusOne,
  },
  cohen_kappa: {
    value: ({ tp, fp, fn, tn }) =>
      (2 * (tp * tn - fp * fn)) / ((tp + fp) * (fp + tn) + (tp + fn) * (fn + tn)),
    // Of one class alone κ is 0 whatever the predictions: it shows nothing, so both are asked for.
    denominators: byLabel,
    n: rowsOf,
    range: fromMinusOne,
  },
  theil_index: {
    ...inequality,
    value: (confusion) => {
      const { n, mean, ones } = benefits(confusion);
      if (mean === 0) return NaN;
      const term = (count: number, ratio: number): number =>
        count === 0 ? 0 : count * ratio * Math.log(ratio);
      // Rounding may leave a little below 0 when all get the same.
      return Math.max(0, (term(ones, 1 / mean) + term(confusion.fp, 2 / mean)) / n);
    },
    range: (rows) => [0, Math.log(rows)],
  },
  generalized_entropy_index: {
    ...inequality,
    value: generalizedEntropy(2),
    range: (rows) => [0, (rows - 1) / 2],
  },
  coefficient_of_variation: {
    ...inequality,
    value: (confusion) => Math.sqrt(2 * generalizedEntropy(2)(confusion)),
    range: (rows) => [0, Math.sqrt(rows - 1)],
  },
} as const satisfies Record<string, ConfusionMetric>;

/** A metric with the parameter that a check chooses, if it has one. */
export const confusionMetricOf = (
  name: ConfusionMetricName,
  parameter: number | undefined,
): ConfusionMetric => {
  if (name === 'f_beta_score' && parameter !== undefined) return fBeta(parameter);
  if (name !== 'generalized_entropy_index' || parameter === undefined || parameter === 2)
    return confusionMetrics[name];
  const usual: ConfusionMetric = confusionMetrics[name];
  const own = {
    ...usual,
    value: generalizedEntropy(parameter),
    range: () => [0, Infinity] as const,
  };
  return parameter > 0
    ? own
    : {
        ...own,
        undefinedBecause:
          'some row is favorable and predicted unfavorable, so that it gets nothing: at α of 0 or less that counts infinitely',
        // As if there could be no such row: with one in a resample the index has no end.
        resampledValue: (confusion) => own.value({ ...confusion, fn: 0 }),
      };
};

export type ConfusionMetricName = keyof typeof confusionMetrics;
export const isConfusionMetric = (metric: string): metric is ConfusionMetricName =>
  Object.hasOwn(confusionMetrics, metric);

/** A metric that weighs rates of different rows, which are independent of each other. */
export const weightedRates = {
  balanced_accuracy: [
    { weight: 0.5, rate: 'true_positive_rate' },
    { weight: 0.5, rate: 'true_negative_rate' },
  ],
  youden_j: [
    { weight: 1, rate: 'true_positive_rate' },
    { weight: -1, rate: 'false_positive_rate' },
  ],
} as const satisfies Record<
  string,
  readonly { readonly weight: number; readonly rate: RateName }[]
>;

export type WeightedRatesName = keyof typeof weightedRates;
export const isWeightedRates = (metric: string): metric is WeightedRatesName =>
  Object.hasOwn(weightedRates, metric);
