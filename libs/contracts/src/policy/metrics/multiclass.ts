import type { MetricDefinition } from './metric-definition.js';

const tasks = ['multiclass-classification'] as const;
const share = {
  direction: 'higher',
  kind: 'quality',
  lowest: 0,
  highest: 1,
  needs: 'prediction',
  tasks,
} as const;
const loss = {
  direction: 'lower',
  kind: 'quality',
  lowest: 0,
  highest: Infinity,
  needs: 'score',
  tasks,
} as const;
const beta = { name: 'β', default: 2, lowest: 0.01, highest: 100 } as const;

/**
 * What predictions of several classes are worth, beside the metrics that they share with two: macro is the mean over the
 * classes c, weighted their mean by rows, micro the same of the counts of all classes together.
 */
export const multiclassMetrics = {
  macro_precision: {
    title: 'Mean over the classes of the share of rows predicted so that are',
    formula: 'mean_c PPV_c; undefined when a class with rows is never predicted',
    ...share,
  },
  macro_recall: {
    title: 'Mean over the classes of the share of rows that are predicted so',
    formula: 'mean_c TPR_c; undefined when a class is predicted that has no row',
    ...share,
  },
  macro_f1_score: {
    title: 'Mean over the classes of the harmonic mean of precision and recall',
    formula: 'mean_c 2 TP_c / (2 TP_c + FP_c + FN_c)',
    ...share,
  },
  macro_f_beta_score: {
    title:
      'Mean over the classes of the mean of precision and recall, the latter β times as important',
    formula: 'mean_c (1 + β²) TP_c / ((1 + β²) TP_c + β² FN_c + FP_c)',
    ...share,
    parameter: beta,
  },
  weighted_precision: {
    title: 'Mean over the classes, by their rows, of the share of rows predicted so that are',
    formula: 'Σ_c n_c/n PPV_c; undefined when a class with rows is never predicted',
    ...share,
  },
  weighted_recall: {
    title: 'Mean over the classes, by their rows, of the share of rows that are predicted so',
    formula: 'Σ_c n_c/n TPR_c, which is the accuracy',
    ...share,
  },
  weighted_f1_score: {
    title: 'Mean over the classes, by their rows, of the harmonic mean of precision and recall',
    formula: 'Σ_c n_c/n F1_c',
    ...share,
  },
  micro_precision: {
    title: 'Precision of the counts of all classes together, which is the accuracy',
    formula: 'ΣTP_c / (ΣTP_c + ΣFP_c)',
    ...share,
  },
  micro_recall: {
    title: 'Recall of the counts of all classes together, which is the accuracy',
    formula: 'ΣTP_c / (ΣTP_c + ΣFN_c)',
    ...share,
  },
  micro_f1_score: {
    title: 'F1 of the counts of all classes together, which is the accuracy',
    formula: '2 ΣTP_c / (2 ΣTP_c + ΣFP_c + ΣFN_c)',
    ...share,
  },
  top_k_accuracy: {
    title:
      'Share of rows whose label is among the k classes that score highest; ties count against it',
    formula: 'mean(1 + #{c ≠ y: s_c ≥ s_y} ≤ k)',
    ...share,
    needs: 'score',
    parameter: { name: 'k', default: 2, lowest: 1, highest: 99, whole: true },
  },
  macro_roc_auc: {
    title: 'Mean over the classes of the ROC AUC of each against all others',
    formula: 'mean_c AUC_c; undefined when a class has no row or all rows',
    ...share,
    needs: 'score',
  },
  weighted_roc_auc: {
    title: 'Mean over the classes, by their rows, of the ROC AUC of each against all others',
    formula: 'Σ_c n_c/n AUC_c',
    ...share,
    needs: 'score',
  },
  multiclass_brier_score: {
    title: 'Mean squared distance of the scores of all classes from the label; 2 at worst',
    formula: 'mean(Σ_c (s_c − [y = c])²)',
    ...loss,
    highest: 2,
  },
} as const satisfies Record<string, MetricDefinition>;
