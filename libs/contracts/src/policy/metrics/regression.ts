import type { MetricDefinition } from './metric-definition.js';

const tasks = ['regression'] as const;
/** Of an error in units of the label: from 0, and the lower the better. */
const error = {
  direction: 'lower',
  kind: 'quality',
  lowest: 0,
  highest: Infinity,
  needs: 'prediction',
  tasks,
} as const;
/** Of a number of the label's scale that is no better when higher. */
const level = {
  direction: 'neither',
  kind: 'quality',
  lowest: -Infinity,
  highest: Infinity,
} as const;
const fairness = {
  direction: 'lower',
  kind: 'fairness',
  lowest: 0,
  highest: Infinity,
  needs: 'prediction',
  tasks,
} as const;

/** What predicted numbers ŷ of labels y are worth: of all rows, or of those of a group. The error of a row is ŷ − y. */
export const regressionMetrics = {
  mean_absolute_error: {
    title: 'Mean distance of the prediction from the label',
    formula: 'mean(|ŷ − y|)',
    ...error,
  },
  mean_squared_error: {
    title: 'Mean squared distance of the prediction from the label',
    formula: 'mean((ŷ − y)²)',
    ...error,
  },
  root_mean_squared_error: {
    title: 'Root of the mean squared distance, in units of the label',
    formula: '√mean((ŷ − y)²)',
    ...error,
  },
  mean_absolute_percentage_error: {
    title: 'Mean distance of the prediction from the label, as a share of the label',
    formula: 'mean(|ŷ − y| / |y|); undefined when a label is 0',
    ...error,
  },
  median_absolute_error: {
    title:
      'Distance of the prediction from the label that half of the rows stay below, within 0.5 %',
    formula: 'median(|ŷ − y|), from a sketch of 1 % wide bins',
    ...error,
  },
  max_error: {
    title: 'Largest distance of the prediction from the label; it has no interval',
    formula: 'max(|ŷ − y|)',
    ...error,
    withoutInterval: true,
  },
  pinball_loss: {
    title: 'Mean loss of a prediction of the quantile τ',
    formula: 'mean(τ·max(y − ŷ, 0) + (1 − τ)·max(ŷ − y, 0))',
    ...error,
    parameter: { name: 'τ', default: 0.5, lowest: 0.001, highest: 0.999 },
  },
  r2_score: {
    title:
      'Share of the variance of labels that predictions explain; below 0 when worse than the mean',
    formula: '1 − Σ(ŷ − y)² / Σ(y − mean(y))²; undefined when labels are constant',
    direction: 'higher',
    kind: 'quality',
    lowest: -Infinity,
    highest: 1,
    needs: 'prediction',
    tasks,
  },
  mean_error: {
    title: 'Mean of the errors: above 0 when predictions are too high; bias',
    formula: 'mean(ŷ − y)',
    direction: 'ideal',
    ideal: 0,
    kind: 'quality',
    lowest: -Infinity,
    highest: Infinity,
    needs: 'prediction',
    tasks,
  },
  residual_quantile: {
    title: 'The error that the share q of rows stays below, within 0.5 % of itself',
    formula: 'quantile_q(ŷ − y), from a sketch of 1 % wide bins',
    ...level,
    needs: 'prediction',
    tasks,
    parameter: { name: 'q', default: 0.5, lowest: 0.001, highest: 0.999 },
  },
  mean_prediction: {
    title: 'Mean of the predictions',
    formula: 'mean(ŷ)',
    ...level,
    needs: 'prediction',
    tasks,
  },
  mean_label: {
    title: 'Mean of the labels, whatever the predictions',
    formula: 'mean(y)',
    ...level,
    needs: 'label',
    tasks,
  },
  mean_prediction_difference: {
    title: 'Difference of the mean predictions of groups; statistical parity of a regression',
    formula: 'max_g mean_g(ŷ) − min_g mean_g(ŷ)',
    ...fairness,
  },
  mean_error_difference: {
    title:
      'Difference of the bias of groups: how differently they are predicted too high or too low',
    formula: 'max_g mean_g(ŷ − y) − min_g mean_g(ŷ − y)',
    ...fairness,
  },
  group_loss_difference: {
    title: 'Difference of the mean squared errors of groups',
    formula: 'max_g MSE(g) − min_g MSE(g)',
    ...fairness,
  },
  group_loss_ratio: {
    title: 'The smallest mean squared error of a group as a share of the largest',
    formula: 'min_g MSE(g) / max_g MSE(g)',
    ...fairness,
    direction: 'higher',
    highest: 1,
  },
  bounded_group_loss: {
    title: 'The largest mean squared error of a group',
    formula: 'max_g MSE(g)',
    ...fairness,
  },
} as const satisfies Record<string, MetricDefinition>;
