import {
  groupingName,
  isDriftMetric,
  metricDefinition,
  metricNames,
  type Measure,
  type Policy,
} from '@sluice/contracts';
import { driftEvaluationOf, requestsOf, type Evaluation } from './checks/decide-check.js';
import { listDrift } from './drift/list-drift.js';
import type { MeasureRequest } from './measure.js';
import { measureProfile } from './measure-profile.js';
import type { Profile, ProtectedProfile } from './profile.js';

/**
 * The measures of a verdict, in one order: the version's quality overall, then by column its quality in each group and
 * its fairness; the champion's quality overall and fairness by column; the differences in quality overall, those
 * that the checks add, in the policy's order, and last those of drift. Each stands once, as it is usually taken: what a check asks of its
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
  const requests = [
    ...overall('version'),
    ...profile.byColumn.flatMap((column) => [
      ...inGroups.flatMap((metric) =>
        column.groups.map(({ group }) => request(metric, 'version', column.column, group)),
      ),
      ...fairnessOf(column).map((metric) => request(metric, 'version', column.column)),
    ]),
    ...(hasChampion ? besideChampion(profile) : []),
    ...askedFor(policy, evaluation),
  ];
  const distinct = new Map(
    requests.map((each) => [JSON.stringify([each.metric, each.of, each.by, each.group]), each]),
  );
  const measures = [...distinct.values()].map((each, index) => {
    const measure = measureProfile(profile, each);
    onMeasure?.(index + 1, distinct.size);
    return measure;
  });
  return [...measures, ...listDrift(driftEvaluationOf(evaluation))];
};

const besideChampion = (profile: Profile): MeasureRequest[] => [
  ...overall('champion'),
  ...profile.byColumn.flatMap((column) =>
    fairnessOf(column).map((metric) => request(metric, 'champion', column.column)),
  ),
  ...overall('difference'),
];

const askedFor = ({ checks }: Policy, evaluation: Evaluation): MeasureRequest[] =>
  checks
    .filter(({ metric }) => !isDriftMetric(metric))
    .filter(({ against }) => against === undefined || evaluation.hasChampion)
    .filter(({ group, by }) => occurs(evaluation.profile, groupingName(by ?? ''), group))
    .flatMap((check) => requestsOf(check, evaluation))
    .map(({ metric, of, by, group }) => request(metric, of, by, group));

/** Of all columns together. Each takes some 8 kB with all metrics of quality. */
const mostGroupsInFull = 50;
const comparedMost: Measure['metric'][] = [
  'accuracy',
  'roc_auc',
  'selection_rate',
  'true_positive_rate',
  'false_positive_rate',
];

const ofKind = (kind: 'quality' | 'fairness') =>
  metricNames.filter((name) => metricDefinition(name).kind === kind);
const quality = ofKind('quality');
const fairness = ofKind('fairness');

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
const overall = (of: Measure['of']): MeasureRequest[] =>
  quality
    .filter((metric) => of === 'version' || metricDefinition(metric).needs !== 'label')
    .map((metric) => request(metric, of));

const occurs = (profile: Profile, by?: string, group?: string): boolean =>
  group === undefined ||
  profile.byColumn.some(
    ({ column, groups }) => column === by && groups.some((each) => each.group === group),
  );
