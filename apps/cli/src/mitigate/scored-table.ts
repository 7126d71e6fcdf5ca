import {
  profileDataset,
  type DatasetSource,
  type ProfiledDataset,
  type ScoredRows,
} from '@sluice/engine';
import type { Policy } from '@sluice/contracts';
import type { Profile, ScoredGroup } from '@sluice/evaluation';
import type { Attention } from './workplace.js';

/** The rows of a table, column by column; 1 stands for favorable. */
export interface ScoredTable {
  readonly label: Uint8Array;
  readonly prediction: Uint8Array;
  /** null when the data holds predictions only. */
  readonly score: Float64Array | null;
  /** null where rows aren't weighed. */
  readonly weight: Float64Array | null;
  /** Of each row, the position of its group among `groups`. */
  readonly group: Uint32Array;
  /** The values of the columns of each group that occurs, in one order on every machine. */
  readonly groups: readonly (readonly string[])[];
  readonly profiled: ProfiledDataset;
}

/** Scores a table by the path that the gate takes, and keeps its rows. */
export const scoreTable = async (
  table: DatasetSource,
  {
    policy,
    model,
    by,
    attention,
    warn = true,
  }: {
    readonly policy: Policy;
    readonly model: string | null;
    readonly by: readonly string[];
    readonly attention: Attention;
    readonly warn?: boolean;
  },
): Promise<ScoredTable> => {
  const { files, format, untyped = [], predictions } = table;
  const batches: ScoredRows[] = [];
  const profiled = await profileDataset({
    // Faults name the table by what stands there.
    policy: { ...policy, data: { evaluation: table.name, predictions: predictions?.name } },
    dataset: { files, untyped, ...(format === undefined ? {} : { format }) },
    ...(predictions === undefined ? {} : { predictions: { files: predictions.files } }),
    model: model === null ? undefined : { path: model },
    onScored: (rows) => batches.push(rows),
    onProgress: ({ step, done, total }) =>
      attention.progress(
        `${table.name}: ${steps[step]} … ${Math.floor((100 * done) / Math.max(1, total))} %`,
      ),
    signal: attention.signal,
  });
  for (const warning of warn ? profiled.warnings : []) attention.warn(warning);
  const listed = policy.columns.protected.map(({ name }) => name);
  return { ...rowsOf(batches, profiled.profile, by, listed), profiled };
};

const steps = {
  survey: 'reading the data',
  score: 'scoring rows',
  rank: 'ranking scores',
  neighbours: 'comparing similar rows',
} as const;

const rowsOf = (
  batches: readonly ScoredRows[],
  profile: Profile,
  by: readonly string[],
  listed: readonly string[],
): Omit<ScoredTable, 'profiled'> => {
  const { rows } = profile;
  const label = new Uint8Array(rows);
  const prediction = new Uint8Array(rows);
  const score = batches.every((batch) => batch.score !== null) ? new Float64Array(rows) : null;
  const weight = batches.some((batch) => batch.weight !== null) ? new Float64Array(rows) : null;
  const group = new Uint32Array(rows);
  // The codes are of the protected columns that the policy lists; the profile may group by more than these.
  const columns = by.map((name) => listed.indexOf(name));
  const names = by.map((name) => {
    const found = profile.byColumn.find(({ column, within }) => column === name && within === null);
    return found?.groups.map((each) => each.group) ?? [];
  });
  // A cell of values is a number in the system whose digits are the positions of values.
  const codes = new Uint32Array(rows);
  for (const batch of batches) {
    label.set(batch.label, batch.firstRow);
    prediction.set(batch.prediction, batch.firstRow);
    if (batch.score !== null) score?.set(batch.score, batch.firstRow);
    if (batch.weight !== null) weight?.set(batch.weight, batch.firstRow);
    for (let row = 0; row < batch.rows; row += 1)
      codes[batch.firstRow + row] = columns.reduce(
        (code, at, index) =>
          code * (names[index] as string[]).length +
          ((batch.groups[at] as Uint16Array)[row] as number),
        0,
      );
  }
  const present = [...new Set(codes)].toSorted((a, b) => a - b);
  const position = new Map(present.map((code, index) => [code, index]));
  codes.forEach((code, row) => (group[row] = position.get(code) as number));
  const groups = present.map((code) => valuesOf(code, names));
  return { label, prediction, score, weight, group, groups };
};

const valuesOf = (code: number, names: readonly (readonly string[])[]): string[] => {
  let rest = code;
  return names
    .toReversed()
    .map((values) => {
      const value = values[rest % values.length] as string;
      rest = Math.floor(rest / values.length);
      return value;
    })
    .toReversed();
};

/** The rows by group, with what a rule is fitted to or applied to as the score. */
export const groupsOf = (
  { label, prediction, score, weight, group, groups }: Omit<ScoredTable, 'profiled'>,
  of: 'score' | 'prediction',
): ScoredGroup[] => {
  const values = of === 'prediction' ? Float64Array.from(prediction) : (score as Float64Array);
  const rows = groups.map((): number[] => []);
  group.forEach((at, row) => (rows[at] as number[]).push(row));
  const numbers = (own: readonly number[], from: Float64Array): Float64Array =>
    Float64Array.from(own, (row) => from[row] as number);
  return groups.map((name, at) => {
    const own = rows[at] as number[];
    return {
      group: name,
      label: Uint8Array.from(own, (row) => label[row] as number),
      score: numbers(own, values),
      ...(weight === null ? {} : { weight: numbers(own, weight) }),
    };
  });
};
