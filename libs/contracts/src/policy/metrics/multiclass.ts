import type { MetricDefinition } from './metric-definition.js';

const tasks = ['multiclass-classification'] as const;

/** What predictions of several classes are worth, beside averages over them and the metrics that they share with two. */
export const multiclassMetrics = {
  top_k_accuracy: {
    title:
      'Share of rows whose label is among the k classes that score highest; ties count against it',
    formula: 'mean(1 + #{c ≠ y: s_c ≥ s_y} ≤ k)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
    tasks,
    parameter: { name: 'k', default: 2, lowest: 1, highest: 99, whole: true },
  },
  multiclass_brier_score: {
    title: 'Mean squared distance of the scores of all classes from the label; 2 at worst',
    formula: 'mean(Σ_c (s_c − [y = c])²)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 2,
    needs: 'score',
    tasks,
  },
} as const satisfies Record<string, MetricDefinition>;
