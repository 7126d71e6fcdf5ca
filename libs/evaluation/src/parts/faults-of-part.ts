import {
  groupingName,
  intersectionSign,
  policyGroupings,
  type Digest,
  type Fault,
  type Policy,
} from '@sluice/contracts';
import type { Grouping, Profile, Slice } from '../profile.js';
import { isRegression, rowsOfSlice } from '../tasks/task-slices.js';
import type { Part } from './merge-parts.js';
import { sliceAgrees } from './slice-agreement.js';

/**
 * What is wrong with the profile of a part, taken by itself: it was made under another policy, or its figures contradict each
 * other, as they do in a file that was changed by hand or by accident.
 */
export const faultsOfPart = (
  policy: Policy,
  digest: Digest,
  { file, document }: Part,
): readonly Fault[] => {
  const { subject, profile } = document;
  if (subject.policy !== digest)
    return [
      {
        file,
        path: 'subject.policy',
        message: 'the profile was made under another policy',
        found: subject.policy,
        expected: digest,
        hint: 'Make the profiles of all parts under this very policy.',
      },
    ];
  const found = contradiction(policy, document.profile, subject.champion !== null);
  const belongs =
    subject.model === policy.model &&
    profile.task === policy.task &&
    (policy.data.predictions === undefined) === (subject.datasets.predictions === undefined);
  if (belongs && found === null) return [];
  return [
    {
      file,
      path: 'profile',
      message: `the profile contradicts itself: ${found ?? 'its model, task or predictions are not those of its policy'}`,
      hint: 'It was changed after it was made: make it again with sluice profile.',
    },
  ];
};

/** The first of the things that don't add up; null when all do. */
const contradiction = (policy: Policy, profile: Profile, hasChampion: boolean): string | null => {
  const byColumn: readonly Grouping<Slice>[] = profile.byColumn;
  if (rowsOfSlice(profile.overall) !== profile.rows) return 'its counts are not those of its rows';
  const groupings = contradictionOfGroupings(policy, byColumn, profile.rows);
  if (groupings !== null) return groupings;
  const slices = [
    profile.overall,
    ...byColumn.flatMap(({ overall, groups }) => [...(overall ? [overall] : []), ...groups]),
  ];
  for (const slice of slices) {
    const found = contradictionOfSlice(policy, slice, hasChampion);
    if (found !== null) return found;
    if (!sliceAgrees(slice))
      return 'its scores, ranks or errors are not of as many rows as its labels';
  }
  return null;
};

/** Groups are those that the policy asks for, and each row is in one of each grouping. */
const contradictionOfGroupings = (
  policy: Policy,
  byColumn: readonly Grouping<Slice>[],
  rows: number,
): string | null => {
  const asked = policyGroupings(policy).map(({ columns, within }) =>
    JSON.stringify([groupingName(columns), privilegedOf(policy, columns), within]),
  );
  const held = new Map<string, number>();
  for (const { column, privileged, within, overall, groups } of byColumn) {
    const own = rowsOf(groups);
    if ((within === null) !== (overall === undefined)) return `a stratum of ${column} has no whole`;
    if (overall !== undefined && rowsOfSlice(overall) !== own)
      return `groups of ${column} don't add up to their stratum`;
    if (new Set(groups.map(({ group }) => group)).size < groups.length)
      return `a group of ${column} is there twice`;
    const key = JSON.stringify([column, privileged, within?.column ?? null]);
    held.set(key, (held.get(key) ?? 0) + own);
  }
  if (JSON.stringify([...held.keys()]) !== JSON.stringify(asked))
    return 'its groups are not those that the policy asks for';
  return [...held.values()].every((own) => own === rows)
    ? null
    : "its groups don't add up to its rows";
};

const privilegedOf = (policy: Policy, columns: readonly string[]): string | null => {
  const privileged = columns.map(
    (name) => policy.columns.protected.find((each) => each.name === name)?.privileged ?? null,
  );
  return privileged.includes(null) ? null : privileged.join(intersectionSign);
};

const contradictionOfSlice = (
  policy: Policy,
  slice: Slice,
  hasChampion: boolean,
): string | null => {
  if (isRegression(slice))
    return (slice.champion !== null) === hasChampion && (slice.shared !== null) === hasChampion
      ? null
      : 'it has a champion, or figures of one, and not both';
  const cells: readonly {
    readonly champion: unknown;
    readonly weight?: unknown;
    readonly amount?: unknown;
  }[] = slice.cells;
  if (cells.some(({ champion }) => (champion !== null) !== hasChampion))
    return 'it has a champion, or figures of one, and not both';
  const isWeighted = policy.columns.weight !== undefined;
  const hasAmounts = policy.value?.amount !== undefined;
  if (cells.some(({ weight }) => (weight !== undefined) !== isWeighted))
    return 'it has weights and the policy none, or the other way round';
  if (cells.some(({ amount }) => (amount !== undefined) !== hasAmounts))
    return 'it has amounts and the policy none, or the other way round';
  return null;
};

const rowsOf = (slices: readonly Slice[]): number =>
  slices.reduce((sum, slice) => sum + rowsOfSlice(slice), 0);
