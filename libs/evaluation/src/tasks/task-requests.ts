import { metricDefinition, metricsOf, type Measure, type MetricName } from '@sluice/contracts';
import type { MeasureRequest } from '../measure.js';
import type { Grouping, Slice } from '../profile.js';
import type { MulticlassProfile } from './multiclass-slice.js';
import type { RegressionProfile } from './regression-slice.js';

type OtherProfile = MulticlassProfile | RegressionProfile;

/** Beyond so many classes, or groups, only what is read first stands in a verdict for each. */
const mostInFull = 20;
/** Of all classes together; the others stand there when checks ask for them. */
const ofAllClasses: readonly MetricName[] = [
  'accuracy',
  'error_rate',
  'balanced_accuracy',
  'matthews_correlation_coefficient',
  'cohen_kappa',
  'log_loss',
  'multiclass_brier_score',
  'expected_calibration_error',
  'maximum_calibration_error',
  'top_k_accuracy',
  'macro_precision',
  'macro_recall',
  'macro_f1_score',
  'macro_f_beta_score',
  'macro_true_negative_rate',
  'macro_roc_auc',
  'macro_pr_auc',
  'macro_expected_calibration_error',
  'weighted_precision',
  'weighted_recall',
  'weighted_f1_score',
  'weighted_roc_auc',
  'weighted_pr_auc',
  'micro_precision',
  'micro_recall',
  'micro_f1_score',
];
/** Of each class. */
const ofOneClass: readonly MetricName[] = [
  'roc_auc',
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
  'true_negative_rate',
  'false_negative_rate',
  'precision',
  'negative_predictive_value',
  'f1_score',
  'f_beta_score',
  'matthews_correlation_coefficient',
  'base_rate',
  'log_loss',
  'brier_score',
  'expected_calibration_error',
  'pr_auc',
  'ks_statistic',
];
/** Of each class, when there are many. */
const readFirst: readonly MetricName[] = ['true_positive_rate', 'precision'];
/** Of each group, of several classes: the others rest on too few rows of each class. */
const classesInGroups: readonly MetricName[] = [
  'accuracy',
  'balanced_accuracy',
  'macro_f1_score',
  'top_k_accuracy',
  'log_loss',
];
const numbersInGroups: readonly MetricName[] = [
  'mean_absolute_error',
  'mean_error',
  'mean_prediction',
];

/**
 * What stands in the verdict of several classes or of a regression whatever the checks: quality overall, of each class,
 * in each group, fairness by column; the champion's quality and fairness, and the differences in quality.
 */
export const taskRequests = (
  profile: OtherProfile,
  columns: readonly Grouping<Slice>[],
  hasChampion: boolean,
): MeasureRequest[] => [
  ...overall(profile, 'version'),
  ...ofClasses(profile),
  ...columns.flatMap((column) => [
    ...inGroups(profile, column),
    ...fairness(profile, column, 'version'),
  ]),
  ...(hasChampion
    ? [
        ...overall(profile, 'champion'),
        ...columns.flatMap((column) => fairness(profile, column, 'champion')),
        ...overall(profile, 'difference'),
      ]
    : []),
];

const quality = ({ task }: OtherProfile): MetricName[] =>
  metricsOf(task).filter((name) => metricDefinition(name).kind === 'quality');

const overall = (profile: OtherProfile, of: Measure['of']): MeasureRequest[] =>
  (profile.task === 'regression' ? quality(profile) : ofAllClasses)
    // What is of the labels only is the same for every model.
    .filter((metric) => of === 'version' || metricDefinition(metric).needs !== 'label')
    .map((metric) => ({ metric, of, by: null, group: null }));

const ofClasses = (profile: OtherProfile): MeasureRequest[] => {
  if (profile.task === 'regression') return [];
  const { classes } = profile;
  const told = classes.length <= mostInFull ? ofOneClass : readFirst;
  return classes.flatMap((name) =>
    told.map((metric) => ({
      metric,
      of: 'version' as const,
      by: null,
      group: null,
      class: name,
    })),
  );
};

const inGroups = (profile: OtherProfile, { column, groups }: Grouping<Slice>): MeasureRequest[] => {
  const numbers = groups.length <= mostInFull ? quality(profile) : numbersInGroups;
  const metrics = profile.task === 'regression' ? numbers : classesInGroups;
  return metrics.flatMap((metric) =>
    groups.map(({ group }) => ({ metric, of: 'version' as const, by: column, group })),
  );
};

const fairness = (
  { task }: OtherProfile,
  { column }: Grouping<Slice>,
  of: Measure['of'],
): MeasureRequest[] =>
  metricsOf(task)
    .filter((name) => metricDefinition(name).kind === 'fairness')
    .map((metric) => ({ metric, of, by: column, group: null }));
