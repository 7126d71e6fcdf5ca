/** Which way a metric is better, which decides what "no worse" means. */
export type Direction = 'higher' | 'lower' | 'neither';

export interface MetricDefinition {
  /** One sentence for people. */
  readonly title: string;
  /** The formula, in the words of docs/reference/metrics.md. */
  readonly formula: string;
  readonly direction: Direction;
  /** `fairness` compares groups and needs `by`; `quality` stands alone and may be taken by group. */
  readonly kind: 'quality' | 'fairness';
  readonly lowest: number;
  readonly highest: number;
  /** Whether it can be computed from predictions alone; a ranking metric needs scores. */
  readonly needs: 'prediction' | 'score';
}

/**
 * Every metric that a policy can name. u and p range over the groups of the column in `by`;
 * a prediction or label is positive when it is the favorable one.
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
  equalized_odds_difference: {
    title: 'The larger of the differences between groups in true and in false positive rate',
    formula: 'max(max_g TPR − min_g TPR, max_g FPR − min_g FPR)',
    direction: 'lower',
    kind: 'fairness',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metrics;
export const metricNames = Object.keys(metrics) as [MetricName, ...MetricName[]];
export const metricDefinition = (name: MetricName): MetricDefinition => metrics[name];
