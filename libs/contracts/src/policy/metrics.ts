/** Which way a metric is better, which decides what "no worse" means. `ideal`: the nearer to `ideal`, the better. */
export type Direction = 'higher' | 'lower' | 'ideal' | 'neither';

export interface MetricDefinition {
  /** One sentence for people. */
  readonly title: string;
  /** The formula, in the words of docs/reference/metrics.md. */
  readonly formula: string;
  readonly direction: Direction;
  /** The value that is best, when the direction is `ideal`: 0 of a signed difference, 1 of a ratio. */
  readonly ideal?: 0 | 1;
  /** `fairness` compares groups and needs `by`; `quality` stands alone and may be taken by group. */
  readonly kind: 'quality' | 'fairness';
  /** Whether it reads the other groups against the `privileged` one, which the policy then has to name. */
  readonly needsPrivileged?: true;
  readonly lowest: number;
  /** Infinity where there is no highest value. */
  readonly highest: number;
  /** What it is computed from: a ranking metric needs scores; a metric of labels is the same for every model. */
  readonly needs: 'label' | 'prediction' | 'score';
}

/**
 * Every metric that a policy can name. g ranges over the groups of the column in `by`, p is its privileged group and u
 * all others together; a prediction or label is positive when it is the favorable one.
 */
export const metrics = {
  accuracy: {
    title: 'Share of rows predicted right',
    formula: '(TP + TN) / n',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  roc_auc: {
    title: 'Chance that a positive row is scored above a negative one, ties counted half',
    formula: 'P(s₊ > s₋) + ½ P(s₊ = s₋)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
  },
  selection_rate: {
    title: 'Share of rows predicted favorable',
    formula: '(TP + FP) / n',
    direction: 'neither',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  true_positive_rate: {
    title: 'Share of favorable rows predicted favorable',
    formula: 'TP / (TP + FN)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  false_positive_rate: {
    title: 'Share of unfavorable rows predicted favorable',
    formula: 'FP / (FP + TN)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  true_negative_rate: {
    title: 'Share of unfavorable rows predicted unfavorable; specificity',
    formula: 'TN / (FP + TN)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  false_negative_rate: {
    title: 'Share of favorable rows predicted unfavorable',
    formula: 'FN / (TP + FN)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  error_rate: {
    title: 'Share of rows predicted wrong',
    formula: '(FP + FN) / n',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  balanced_accuracy: {
    title: 'Mean of the shares predicted right among favorable and among unfavorable rows',
    formula: '½ (TPR + TNR)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  youden_j: {
    title:
      'Share of favorable rows predicted favorable less that of unfavorable rows; informedness',
    formula: 'TPR − FPR',
    direction: 'higher',
    kind: 'quality',
    lowest: -1,
    highest: 1,
    needs: 'prediction',
  },
  precision: {
    title: 'Share of rows predicted favorable that are; positive predictive value',
    formula: 'TP / (TP + FP)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  negative_predictive_value: {
    title: 'Share of rows predicted unfavorable that are',
    formula: 'TN / (TN + FN)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  false_discovery_rate: {
    title: 'Share of rows predicted favorable that are not',
    formula: 'FP / (TP + FP)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  false_omission_rate: {
    title: 'Share of rows predicted unfavorable that are not',
    formula: 'FN / (TN + FN)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  f1_score: {
    title: 'Harmonic mean of precision and true positive rate',
    formula: '2 TP / (2 TP + FP + FN)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  matthews_correlation_coefficient: {
    title: 'Correlation of label and prediction',
    formula: '(TP·TN − FP·FN) / √((TP + FP)(TP + FN)(TN + FP)(TN + FN))',
    direction: 'higher',
    kind: 'quality',
    lowest: -1,
    highest: 1,
    needs: 'prediction',
  },
  cohen_kappa: {
    title: 'Agreement of label and prediction beyond that of chance',
    formula: '(ACC − a) / (1 − a), a = ((TP + FP)(TP + FN) + (TN + FP)(TN + FN)) / n²',
    direction: 'higher',
    kind: 'quality',
    lowest: -1,
    highest: 1,
    needs: 'prediction',
  },
  base_rate: {
    title: 'Share of favorable rows, whatever the predictions',
    formula: '(TP + FN) / n',
    direction: 'neither',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'label',
  },
  theil_index: {
    title: 'Inequality of what rows get, b = 1 + prediction − label, by its entropy',
    formula: 'mean((b/μ) ln(b/μ)), μ = mean(b)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: Infinity,
    needs: 'prediction',
  },
  generalized_entropy_index: {
    title: 'Inequality of what rows get, b = 1 + prediction − label, by its square (α = 2)',
    formula: 'mean((b/μ)² − 1) / 2, μ = mean(b)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: Infinity,
    needs: 'prediction',
  },
  coefficient_of_variation: {
    title: 'Standard deviation of what rows get, b = 1 + prediction − label, over its mean',
    formula: '√(2 · generalized_entropy_index)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: Infinity,
    needs: 'prediction',
  },
  demographic_parity_difference: {
    title: 'Largest selection rate of a group less the smallest',
    formula: 'max_g SR(g) − min_g SR(g)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  demographic_parity_ratio: {
    title: 'Smallest selection rate of a group over the largest',
    formula: 'min_g SR(g) / max_g SR(g)',
    direction: 'higher',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  equal_opportunity_difference: {
    title: 'Largest true positive rate of a group less the smallest',
    formula: 'max_g TPR(g) − min_g TPR(g)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  equal_opportunity_ratio: {
    title: 'Smallest true positive rate of a group over the largest',
    formula: 'min_g TPR(g) / max_g TPR(g)',
    direction: 'higher',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  equalized_odds_difference: {
    title: 'The larger of the differences between groups in true and in false positive rate',
    formula: 'max(max_g TPR − min_g TPR, max_g FPR − min_g FPR)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  equalized_odds_ratio: {
    title: 'The smaller of the ratios between groups of true and of false positive rate',
    formula: 'min(min_g TPR / max_g TPR, min_g FPR / max_g FPR)',
    direction: 'higher',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  false_positive_rate_difference: {
    title: 'Largest false positive rate of a group less the smallest; predictive equality',
    formula: 'max_g FPR(g) − min_g FPR(g)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  false_positive_rate_ratio: {
    title: 'Smallest false positive rate of a group over the largest',
    formula: 'min_g FPR(g) / max_g FPR(g)',
    direction: 'higher',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  average_absolute_odds_difference: {
    title: 'Mean of the differences between groups in true and in false positive rate',
    formula: '½ (max_g TPR − min_g TPR + max_g FPR − min_g FPR)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  accuracy_difference: {
    title: 'Largest accuracy of a group less the smallest',
    formula: 'max_g ACC(g) − min_g ACC(g)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  precision_difference: {
    title: 'Largest precision of a group less the smallest; predictive parity',
    formula: 'max_g PPV(g) − min_g PPV(g)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
  statistical_parity_difference: {
    title: 'Selection rate of all other groups together less that of the privileged one',
    formula: 'SR(u) − SR(p)',
    direction: 'ideal',
    ideal: 0,
    kind: 'fairness',
    needsPrivileged: true,
    lowest: -1,
    highest: 1,
    needs: 'prediction',
  },
  disparate_impact: {
    title: 'Selection rate of all other groups together over that of the privileged one',
    formula: 'SR(u) / SR(p)',
    direction: 'ideal',
    ideal: 1,
    kind: 'fairness',
    needsPrivileged: true,
    lowest: 0,
    highest: Infinity,
    needs: 'prediction',
  },
  average_odds_difference: {
    title:
      'Mean of the differences in true and in false positive rate of all other groups together from the privileged one',
    formula: '½ (TPR(u) − TPR(p) + FPR(u) − FPR(p))',
    direction: 'ideal',
    ideal: 0,
    kind: 'fairness',
    needsPrivileged: true,
    lowest: -1,
    highest: 1,
    needs: 'prediction',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
export const metricDefinition = (name: MetricName): MetricDefinition => metrics[name];

/**
 * What "no worse than the champion" compares: the value itself, or of a metric with an ideal how far from that it is.
 * A ratio is as far from 1 as its reciprocal is, 1 − min(r, 1/r), so that it doesn't matter which group goes first.
 */
export const comparedValue = (name: MetricName, value: number): number => {
  const { ideal } = metricDefinition(name);
  if (ideal === undefined) return value;
  return ideal === 0 ? Math.abs(value) : 1 - Math.min(value, 1 / value);
};
