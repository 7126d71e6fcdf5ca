import type { Interval, MetricName } from '@sluice/contracts';
import { driftMetricWords } from '../drift/metric-words.js';

/** Metrics as they stand in a sentence. */
export const metricWords: Record<MetricName, string> = {
  accuracy: 'accuracy',
  roc_auc: 'ROC AUC',
  selection_rate: 'selection rate',
  true_positive_rate: 'true positive rate',
  false_positive_rate: 'false positive rate',
  true_negative_rate: 'true negative rate',
  false_negative_rate: 'false negative rate',
  error_rate: 'error rate',
  balanced_accuracy: 'balanced accuracy',
  youden_j: 'Youden index',
  precision: 'precision',
  negative_predictive_value: 'negative predictive value',
  false_discovery_rate: 'false discovery rate',
  false_omission_rate: 'false omission rate',
  f1_score: 'F1 score',
  matthews_correlation_coefficient: 'Matthews correlation coefficient',
  cohen_kappa: 'kappa of Cohen',
  base_rate: 'base rate',
  theil_index: 'Theil index',
  generalized_entropy_index: 'generalized entropy index',
  coefficient_of_variation: 'coefficient of variation',
  demographic_parity_difference: 'demographic parity difference',
  demographic_parity_ratio: 'demographic parity ratio',
  equal_opportunity_difference: 'equal opportunity difference',
  equal_opportunity_ratio: 'equal opportunity ratio',
  equalized_odds_difference: 'equalized odds difference',
  equalized_odds_ratio: 'equalized odds ratio',
  false_positive_rate_difference: 'false positive rate difference',
  false_positive_rate_ratio: 'false positive rate ratio',
  average_absolute_odds_difference: 'average absolute odds difference',
  accuracy_difference: 'accuracy difference',
  precision_difference: 'precision difference',
  statistical_parity_difference: 'statistical parity difference',
  disparate_impact: 'disparate impact',
  average_odds_difference: 'average odds difference',
  ...driftMetricWords,
};

/** Three decimals, or as many more as it takes to tell the value from those that it stands beside. */
export const numberShown = (value: number, beside: readonly number[] = []): string => {
  const apart = (decimals: number): boolean =>
    beside.every(
      (other) =>
        Math.abs(value - other) <= 4 * Number.EPSILON ||
        value.toFixed(decimals) !== other.toFixed(decimals),
    );
  let decimals = 3;
  while (decimals < 15 && !apart(decimals)) decimals += 1;
  return minus(value.toFixed(decimals));
};

/** A number of the policy: as it was written, but with two decimals at least. */
export const limitShown = (limit: number): string => {
  const decimals = /^-?\d+\.(\d+)$/.exec(String(limit))?.[1]?.length ?? 0;
  return minus(decimals < 2 && !String(limit).includes('e') ? limit.toFixed(2) : String(limit));
};

/** A change, with its sign. */
export const changeShown = (value: number, beside: readonly number[] = []): string => {
  const shown = numberShown(value, beside);
  return shown.startsWith('−') || Number(shown) === 0 ? shown : `+${shown}`;
};

export const intervalShown = (
  interval: Interval | null,
  show: (value: number) => string = (value) => numberShown(value),
): string => (interval === null ? '' : ` [${show(interval.lower)}, ${show(interval.upper)}]`);

/** A true minus sign, and no "−0.000". */
const minus = (digits: string): string =>
  Number(digits) === 0 ? digits.replace(/^-/, '') : digits.replace(/^-/, '−');
