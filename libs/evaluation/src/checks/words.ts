import {
  averageOf,
  isAverage,
  metricDefinition,
  metricNames,
  parameterOf,
  type Interval,
  type MetricName,
} from '@sluice/contracts';
import { driftMetricWords } from '../drift/metric-words.js';

/** Names that aren't the words of the metric's name. */
const ownWords: Partial<Record<MetricName, string>> = {
  roc_auc: 'ROC AUC',
  youden_j: 'Youden index',
  f1_score: 'F1 score',
  matthews_correlation_coefficient: 'Matthews correlation coefficient',
  cohen_kappa: 'kappa of Cohen',
  theil_index: 'Theil index',
  brier_score: 'Brier score',
  pr_auc: 'PR AUC',
  ks_statistic: 'KS statistic',
  f_beta_score: 'F-beta score',
  true_positives: 'number of true positives',
  false_positives: 'number of false positives',
  true_negatives: 'number of true negatives',
  false_negatives: 'number of false negatives',
  generalized_true_positives: 'generalized number of true positives',
  generalized_false_positives: 'generalized number of false positives',
  generalized_true_negatives: 'generalized number of true negatives',
  generalized_false_negatives: 'generalized number of false negatives',
  expected_value: 'expected value of a row',
  value_over_baseline: 'value of a row over the baseline',
  break_even_threshold: 'break-even threshold',
  between_all_groups_theil_index: 'between all groups Theil index',
  between_group_theil_index: 'between group Theil index',
  top_k_accuracy: 'top-k accuracy',
  multiclass_brier_score: 'Brier score of all classes',
  max_error: 'largest error',
  r2_score: 'R² score',
  residual_quantile: 'quantile of the errors',
  mean_prediction_difference: 'difference of mean predictions',
  mean_error_difference: 'difference of mean errors',
  group_loss_difference: 'difference of group losses',
  group_loss_ratio: 'ratio of group losses',
  bounded_group_loss: 'largest group loss',
  ...driftMetricWords,
};

const wordsOf = (name: MetricName): string => {
  if (!isAverage(name)) return ownWords[name] ?? name.replaceAll('_', ' ');
  const { averaging, name: averaged } = averageOf(name);
  return `${averaging} ${averaged === 'recall' ? averaged : wordsOf(averaged)}`;
};

/** Metrics as they stand in a sentence. */
export const metricWords = Object.fromEntries(
  metricNames.map((name) => [name, wordsOf(name)]),
) as Record<MetricName, string>;

/** A metric as it stands in a sentence, with the parameter that it was taken at. */
export const metricShown = (metric: MetricName, given?: number): string => {
  const parameter = parameterOf(metric, given);
  if (parameter === undefined) return metricWords[metric];
  if (/(^|_)(gain|lift)$/.test(metric))
    return `${metricWords[metric]} at the top ${Number((parameter * 100).toFixed(6))} %`;
  return `${metricWords[metric]} (${metricDefinition(metric).parameter?.name} = ${parameter})`;
};

/** A p value: four decimals, or that it is smaller than that. */
export const pShown = (p: number): string => `p ${p < leastP ? '<' : '='} ${probabilityShown(p)}`;

/** The same without its name; "< 0.0001" where none stands before it. */
export const adjustedShown = (p: number): string =>
  `${p < leastP ? '< ' : ''}${probabilityShown(p)}`;

const leastP = 0.0001;
const probabilityShown = (p: number): string => Math.max(leastP, p).toFixed(4);

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
