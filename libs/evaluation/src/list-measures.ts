import { metricDefinition, metricNames, type Measure, type Policy } from '@sluice/contracts';
import { requestsOf, type Evaluation } from './checks/decide-check.js';
import type { MeasureRequest } from './measure.js';
import { measureProfile } from './measure-profile.js';
import type { Profile, ProtectedProfile } from './profile.js';

/**
 * The measures of a verdict, in one order: the version's quality overall, then by column its quality in each group and
 * its fairness; the champion's quality overall and fairness by column; the differences in quality overall, and last
 * those that the checks add, in the policy's order. Each stands once.
 */
export const listMeasures = (policy: Policy, evaluation: Evaluation): Measure[] => {
  const { profile, hasChampion } = evaluation;
  const requests = [
    ...overall('version'),
    ...profile.byColumn.flatMap((column) => [
      ...quality.flatMap((metric) =>
        column.groups.map(({ group }) => request(metric, 'version', column.column, group)),
      ),
      ...fairnessOf(column).map((metric) => request(metric, 'version', column.column)),
    ]),
    ...(hasChampion ? againstChampion(policy, profile, evaluation) : []),
  ];
  const distinct = new Map(
    requests.map((each) => [JSON.stringify([each.metric, each.of, each.by, each.group]), each]),
  );
  return [...distinct.values()].map((each) => measureProfile(profile, each));
};

const againstChampion = (
  policy: Policy,
  profile: Profile,
  evaluation: Evaluation,
): MeasureRequest[] => [
  ...overall('champion'),
  ...profile.byColumn.flatMap((column) =>
    fairnessOf(column).map((metric) => request(metric, 'champion', column.column)),
  ),
  ...overall('difference'),
  ...policy.checks
    .filter(({ against, group, by }) => against !== undefined && occurs(profile, by, group))
    .flatMap((check) => requestsOf(check, evaluation)),
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
