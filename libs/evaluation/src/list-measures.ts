import {
  isDriftMetric,
  metricDefinition,
  metricsOf,
  parameterOf,
  type Measure,
  type Policy,
  type ValuePolicy,
} from '@sluice/contracts';
import { driftEvaluationOf, requestsOf, type Evaluation } from './checks/decide-check.js';
import { listDrift } from './drift/list-drift.js';
import type { MeasureRequest } from './measure.js';
import { measureProfile } from './measure-profile.js';
import type { BinaryProfile, Grouping, ProtectedProfile, Slice } from './profile.js';
import { isCount } from './quality/counts.js';
import { taskRequests } from './tasks/task-requests.js';

/**
 * The measures of a verdict, in one order: the version's quality overall, then by column its quality in each group and
 * its fairness in the metrics that are read most; the champion's quality overall and fairness by column; the differences
 * in quality overall, those that the checks add, in the policy's order, and last those of drift. Of intersections the rates
 * that are compared most stand there for each group, and of strata what checks ask for. Each stands once, as it is usually
 * taken: what a check asks of its own, such as another level, is in the check's measure.
 *
 * A verdict is a message, and messages have a size: with many groups, only the rates that are compared most stand
 * there for each, and what the checks ask for.
 */
export const listMeasures = (
  policy: Policy,
  evaluation: Evaluation,
  onMeasure?: (done: number, total: number) => void,
): Measure[] => {
  const { profile, hasChampion } = evaluation;
  const single = policy.columns.protected.map(({ name }) => name);
  const usual =
    profile.task === 'binary-classification'
      ? binaryRequests(policy, profile, single, hasChampion)
      : taskRequests(
          profile,
          (profile.byColumn as readonly Grouping<Slice>[]).filter(
            ({ column, within }) => within === null && single.includes(column),
          ),
          hasChampion,
        );
  const requests = [...usual, ...askedFor(policy, evaluation)];
  const distinct = new Map(
    requests.map((each) => {
      const { metric, of, by, group, across, within, class: named } = each;
      const parameter = parameterOf(metric, each.parameter);
      return [JSON.stringify([metric, of, by, group, across, within, parameter, named]), each];
    }),
  );
  const measures = [...distinct.values()].map((each, index) => {
    const measure = measureProfile(profile, { ...each, worths: policy.value });
    onMeasure?.(index + 1, distinct.size);
    return measure;
  });
  return [...measures, ...listDrift(driftEvaluationOf(evaluation))];
};

const binaryRequests = (
  policy: Policy,
  profile: BinaryProfile,
  single: readonly string[],
  hasChampion: boolean,
): MeasureRequest[] => {
  const whole = profile.byColumn.filter(({ within }) => within === null);
  const columns = whole.filter(({ column }) => single.includes(column));
  const groups = whole.reduce((sum, column) => sum + column.groups.length, 0);
  const inGroups = groups <= mostGroupsInFull ? comparable : comparedMost;
  const value = policy.value === undefined ? [] : valued(policy.value);
  const individual = policy.consistency === undefined ? [] : ofKind('individual');
  const overall = (of: Measure['of']): MeasureRequest[] =>
    besideLabels(of, [...quality, ...individual, ...value]);
  return [
    ...overall('version'),
    ...columns.flatMap((column) => [
      ...[...inGroups, ...value.slice(0, 1)].flatMap((metric) =>
        column.groups.map(({ group }) => request(metric, 'version', column.column, group)),
      ),
      ...fairnessOf(column).map((metric) => request(metric, 'version', column.column)),
    ]),
    ...(groups <= mostGroupsInFull ? whole : [])
      .filter(({ column }) => !single.includes(column))
      .flatMap((column) =>
        comparedMost.flatMap((metric) =>
          column.groups.map(({ group }) => request(metric, 'version', column.column, group)),
        ),
      ),
    ...(hasChampion ? besideChampion(columns, overall) : []),
  ];
};

const besideChampion = (
  columns: readonly ProtectedProfile[],
  overall: (of: Measure['of']) => MeasureRequest[],
): MeasureRequest[] => [
  ...overall('champion'),
  ...columns.flatMap((column) =>
    fairnessOf(column).map((metric) => request(metric, 'champion', column.column)),
  ),
  ...overall('difference'),
];

const askedFor = ({ checks }: Policy, evaluation: Evaluation): MeasureRequest[] =>
  checks
    .filter(({ metric }) => !isDriftMetric(metric))
    .filter(({ against }) => against === undefined || evaluation.hasChampion)
    .flatMap((check) => requestsOf(check, evaluation))
    .map(({ metric, of, by, group, across, within, parameter, class: named }) => ({
      metric,
      of,
      by,
      group,
      across,
      within,
      parameter,
      class: named,
    }));

/** Of all columns together. Each takes some 8 kB with all metrics of quality. */
const mostGroupsInFull = 50;
const comparedMost: Measure['metric'][] = [
  'accuracy',
  'roc_auc',
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
];

const ofKind = (kind: 'quality' | 'individual' | 'value') =>
  metricsOf('binary-classification').filter((name) => metricDefinition(name).kind === kind);
const quality = ofKind('quality');
/** Counts of groups of different sizes are not compared, and stand in the confusions. */
const comparable = quality.filter((metric) => !isCount(metric));

/** What stands there of every column without being asked for; the other metrics of fairness do when a check names them. */
const fairness: Measure['metric'][] = [
  'demographic_parity_difference',
  'demographic_parity_ratio',
  'equal_opportunity_difference',
  'equal_opportunity_ratio',
  'equalized_odds_difference',
  'equalized_odds_ratio',
  'false_positive_rate_difference',
  'false_positive_rate_ratio',
  'average_absolute_odds_difference',
  'accuracy_difference',
  'precision_difference',
  'statistical_parity_difference',
  'disparate_impact',
  'average_odds_difference',
];

/** What can be taken with the worths of the policy; in groups, the first of them alone. */
const valued = ({ cost }: ValuePolicy): Measure['metric'][] =>
  ofKind('value').filter((metric) => cost !== undefined || !metricDefinition(metric).needsCost);

/** Without a privileged group, what is read against it can't be measured, and nobody asked for it. */
const fairnessOf = ({ privileged }: ProtectedProfile): Measure['metric'][] =>
  fairness.filter((metric) => privileged !== null || !metricDefinition(metric).needsPrivileged);

const request = (
  metric: Measure['metric'],
  of: Measure['of'],
  by: string | null = null,
  group: string | null = null,
): MeasureRequest => ({ metric, of, by, group });

/** What is of the labels only is the same for every model, so that it stands there once. */
const besideLabels = (of: Measure['of'], named: readonly Measure['metric'][]): MeasureRequest[] =>
  named
    .filter((metric) => of === 'version' || metricDefinition(metric).needs !== 'label')
    .map((metric) => request(metric, of));
