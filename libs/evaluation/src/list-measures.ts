import {
  groupingName,
  metricDefinition,
  metricNames,
  parameterOf,
  type Measure,
  type Policy,
  type ValuePolicy,
} from '@sluice/contracts';
import { requestsOf, type Evaluation } from './checks/decide-check.js';
import type { MeasureRequest } from './measure.js';
import { measureProfile } from './measure-profile.js';
import type { Profile, ProtectedProfile } from './profile.js';

/**
 * The measures of a verdict, in one order: the version's quality overall, then by column its quality in each group and
 * its fairness; the champion's quality overall and fairness by column; the differences in quality overall, and last
 * those that the checks add, in the policy's order. Each stands once, as it is usually taken: what a check asks of its
 * own, such as another level, is in the check's measure.
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
  const groups = profile.byColumn.reduce((sum, column) => sum + column.groups.length, 0);
  const inGroups = groups <= mostGroupsInFull ? quality : comparedMost;
  const value = policy.value === undefined ? [] : valued(policy.value);
  const overall = (of: Measure['of']): MeasureRequest[] => besideLabels(of, [...quality, ...value]);
  const requests = [
    ...overall('version'),
    ...profile.byColumn.flatMap((column) => [
      ...[...inGroups, ...value.slice(0, 1)].flatMap((metric) =>
        column.groups.map(({ group }) => request(metric, 'version', column.column, group)),
      ),
      ...fairnessOf(column).map((metric) => request(metric, 'version', column.column)),
    ]),
    ...(hasChampion ? besideChampion(profile, overall) : []),
    ...askedFor(policy, evaluation),
  ];
  const distinct = new Map(
    requests.map((each) => [
      JSON.stringify([
        each.metric,
        each.of,
        each.by,
        each.group,
        parameterOf(each.metric, each.parameter),
      ]),
      each,
    ]),
  );
  return [...distinct.values()].map((each, index) => {
    const measure = measureProfile(profile, { ...each, worths: policy.value });
    onMeasure?.(index + 1, distinct.size);
    return measure;
  });
};

const besideChampion = (
  profile: Profile,
  overall: (of: Measure['of']) => MeasureRequest[],
): MeasureRequest[] => [
  ...overall('champion'),
  ...profile.byColumn.flatMap((column) =>
    fairnessOf(column).map((metric) => request(metric, 'champion', column.column)),
  ),
  ...overall('difference'),
];

const askedFor = ({ checks }: Policy, evaluation: Evaluation): MeasureRequest[] =>
  checks
    .filter(({ against }) => against === undefined || evaluation.hasChampion)
    .filter(({ group, by }) => occurs(evaluation.profile, groupingName(by ?? ''), group))
    .flatMap((check) => requestsOf(check, evaluation))
    .map(({ metric, of, by, group, parameter }) => ({
      ...request(metric, of, by, group),
      parameter,
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

const ofKind = (kind: 'quality' | 'fairness' | 'value') =>
  metricNames.filter((name) => metricDefinition(name).kind === kind);
const quality = ofKind('quality');
const fairness = ofKind('fairness');

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

const occurs = (profile: Profile, by?: string, group?: string): boolean =>
  group === undefined ||
  profile.byColumn.some(
    ({ column, groups }) => column === by && groups.some((each) => each.group === group),
  );
