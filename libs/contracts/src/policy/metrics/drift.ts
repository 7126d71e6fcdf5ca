import { tasks } from '../task.js';
import type { MetricDefinition } from './metric-definition.js';

/** How far a column of the evaluation data is from the same column of the reference data. */
const ofColumn = { kind: 'drift', needs: 'reference', lowest: 0, tasks } as const;
const distance = { ...ofColumn, direction: 'lower', highest: Infinity } as const;
const share = { ...ofColumn, direction: 'lower', highest: 1 } as const;
const pValue = { ...ofColumn, direction: 'higher', highest: 1 } as const;
/** Of the whole table, or of what the model makes of it: no column is named. */
const table = { drift: 'table' } as const;
/** Of the labels and scores of both tables, which are compared for two classes only. */
const ofScores = {
  ...table,
  scoresReference: true,
  tasks: ['binary-classification'],
} as const;
const estimated = {
  ...ofColumn,
  ...ofScores,
  direction: 'higher',
  highest: 1,
  hasInterval: true,
  estimatesPerformance: true,
} as const;
/** Where rows have weights, there is another metric to ask for. */
const unweighted = (instead: string) => ({ unweightedInstead: instead }) as const;
/** Of a group of numbers that only say something together. */
const embedding = { drift: 'embedding', ...unweighted('drift_distance') } as const;

/**
 * How the evaluation data, the current sample, differs from the reference data: F and p are the distribution function and the
 * shares of the reference, G and q those of the current sample.
 */
export const driftMetrics = {
  drift_distance: {
    ...share,
    drift: 'any',
    title: 'Kolmogorov distance of numbers, total variation of categories; missing is a value',
    formula: 'sup |F − G|, or ½ Σ |p − q|',
    hasInterval: true,
  },
  null_rate_increase: {
    ...ofColumn,
    drift: 'any',
    direction: 'lower',
    lowest: -1,
    highest: 1,
    title: 'Share of rows without a value less that of the reference',
    formula: 'missing(current) / n − missing(reference) / n',
    hasInterval: true,
  },
  new_category_share: {
    ...share,
    drift: 'categorical',
    title: 'Share of rows with a category that the reference has not',
    formula: 'Σ q over the categories with p = 0',
    hasInterval: true,
  },
  total_variation_distance: {
    ...share,
    drift: 'categorical',
    title: 'Total variation distance of the rows with a value',
    formula: '½ Σ |p − q|',
    hasInterval: true,
  },
  kolmogorov_smirnov_p_value: {
    ...pValue,
    drift: 'numeric',
    title: 'The p-value of the two-sample Kolmogorov–Smirnov test',
    formula: 'P(D ≥ sup |F − G|)',
  },
  anderson_darling_p_value: {
    ...pValue,
    ...unweighted('kolmogorov_smirnov_p_value'),
    drift: 'numeric',
    title: 'The p-value of the two-sample Anderson–Darling test, within 0.001 to 0.25',
    formula: 'P(A² ≥ a²)',
  },
  cramer_von_mises_p_value: {
    ...pValue,
    ...unweighted('kolmogorov_smirnov_p_value'),
    drift: 'numeric',
    title: 'The p-value of the two-sample Cramér–von Mises test',
    formula: 'P(T ≥ t)',
  },
  mann_whitney_p_value: {
    ...pValue,
    ...unweighted('kolmogorov_smirnov_p_value'),
    drift: 'numeric',
    title: 'The p-value of the two-sided Mann–Whitney U test',
    formula: 'P(|U − nm/2| ≥ |u − nm/2|)',
  },
  t_test_p_value: {
    ...pValue,
    ...unweighted('wasserstein_distance'),
    drift: 'numeric',
    title: 'The p-value of the two-sided t test of Welch',
    formula: 'P(|T| ≥ |t|)',
  },
  epps_singleton_p_value: {
    ...pValue,
    ...unweighted('kolmogorov_smirnov_p_value'),
    drift: 'numeric',
    title: 'The p-value of the Epps–Singleton test of characteristic functions',
    formula: 'P(W ≥ w)',
  },
  mmd_p_value: {
    ...pValue,
    ...unweighted('kolmogorov_smirnov_p_value'),
    drift: 'numeric',
    title:
      'The p-value of the permutation test of the maximum mean discrepancy, at most 500 rows a side',
    formula: 'P(MMD² ≥ mmd²)',
  },
  wasserstein_distance: {
    ...distance,
    drift: 'numeric',
    title: 'First Wasserstein distance in standard deviations of the reference',
    formula: '∫ |F − G| dx / max(σ, 0.001)',
  },
  energy_distance: {
    ...distance,
    drift: 'numeric',
    title: 'Energy distance, in the root of the unit of the column',
    formula: '√(2 ∫ (F − G)² dx)',
  },
  chi_square_p_value: {
    ...pValue,
    drift: 'categorical',
    title: 'The p-value of the chi-square test of equal shares',
    formula: 'P(X² ≥ x²)',
  },
  g_test_p_value: {
    ...pValue,
    drift: 'categorical',
    title: 'The p-value of the G test of equal shares',
    formula: 'P(G ≥ g)',
  },
  z_test_p_value: {
    ...pValue,
    drift: 'categorical',
    title: 'The p-value of the z test of equal proportions, for two categories',
    formula: 'P(|Z| ≥ |z|)',
  },
  fisher_exact_p_value: {
    ...pValue,
    ...unweighted('z_test_p_value'),
    drift: 'categorical',
    title: 'The p-value of the exact test of Fisher, for two categories',
    formula: 'Σ P(table) over the tables that are as unlikely',
  },
  population_stability_index: {
    ...distance,
    drift: 'any',
    title: 'Population stability index',
    formula: 'Σ (p − q) ln(p / q)',
  },
  kullback_leibler_divergence: {
    ...distance,
    drift: 'any',
    title: 'Kullback–Leibler divergence of the current sample from the reference, in nats',
    formula: 'Σ p ln(p / q)',
  },
  jensen_shannon_distance: {
    ...share,
    drift: 'any',
    title: 'Jensen–Shannon distance, in nats: at most √ln 2',
    formula: '√(½ Σ p ln(p / m) + ½ Σ q ln(q / m)), m = (p + q) / 2',
  },
  hellinger_distance: {
    ...share,
    drift: 'any',
    title: 'Hellinger distance',
    formula: '√(½ Σ (√p − √q)²)',
  },
  embedding_classifier_auc: {
    ...share,
    ...embedding,
    title:
      'AUC of a discriminant that tells current embeddings from reference ones: ½ when it cannot',
    formula: 'mean AUC of 5 folds',
    hasInterval: true,
  },
  embedding_mmd_p_value: {
    ...pValue,
    ...embedding,
    title:
      'The p-value of the permutation test of the maximum mean discrepancy of embeddings, at most 500 rows a side',
    formula: 'P(MMD² ≥ mmd²)',
  },
  embedding_euclidean_distance: {
    ...distance,
    ...embedding,
    title: 'Euclidean distance of the mean embeddings',
    formula: '‖mean(reference) − mean(current)‖',
  },
  embedding_cosine_distance: {
    ...distance,
    ...embedding,
    highest: 2,
    title: 'Cosine distance of the mean embeddings',
    formula: '1 − cos(mean(reference), mean(current))',
  },
  embedding_drifted_share: {
    ...share,
    ...embedding,
    title:
      'Share of the components of an embedding whose Wasserstein distance is 0.1 standard deviations or more',
    formula: 'components that drift / components',
  },
  drifted_columns_share: {
    ...share,
    ...table,
    title: 'Share of the columns that drift, by the method that the policy names',
    formula: 'columns that drift / columns',
  },
  prediction_drift: {
    ...share,
    ...ofScores,
    title: 'Drift distance of the scores, or of the predictions where there are no scores',
    formula: 'sup |F − G| of scores, or ½ Σ |p − q| of predictions',
    hasInterval: true,
  },
  label_drift: {
    ...share,
    ...ofScores,
    title: 'Drift distance of the labels',
    formula: '½ Σ |p − q|',
    hasInterval: true,
  },
  domain_classifier_auc: {
    ...share,
    ...table,
    ...unweighted('drift_distance'),
    title: 'AUC of a discriminant that tells current rows from reference rows: ½ when it cannot',
    formula: 'mean AUC of 5 folds',
    hasInterval: true,
  },
  reconstruction_error_ratio: {
    ...distance,
    ...table,
    ...unweighted('drift_distance'),
    title:
      'Mean distance of rows from the principal components of the reference, over that of the reference',
    formula: 'mean ‖z − VVᵀz‖ (current) / mean ‖z − VVᵀz‖ (reference)',
    hasInterval: true,
  },
  estimated_accuracy: {
    ...estimated,
    title: 'Accuracy estimated without labels, from scores calibrated on the reference',
    formula: '(E[TP] + E[TN]) / n',
  },
  estimated_precision: {
    ...estimated,
    title: 'Precision estimated without labels, from scores calibrated on the reference',
    formula: 'E[TP] / (E[TP] + E[FP])',
  },
  estimated_recall: {
    ...estimated,
    title: 'True positive rate estimated without labels, from scores calibrated on the reference',
    formula: 'E[TP] / (E[TP] + E[FN])',
  },
  estimated_f1: {
    ...estimated,
    title: 'F1 score estimated without labels, from scores calibrated on the reference',
    formula: '2 E[TP] / (2 E[TP] + E[FP] + E[FN])',
  },
  estimated_roc_auc: {
    ...estimated,
    title: 'ROC AUC estimated without labels, from scores calibrated on the reference',
    formula: 'area under cumulative E[TP] over cumulative E[FP]',
  },
} as const satisfies Record<string, MetricDefinition>;

export type DriftMetricName = keyof typeof driftMetrics;
