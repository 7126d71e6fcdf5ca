import { favorableOf, SluiceError, type Policy } from '@sluice/contracts';
import { isFavorable, type TableColumns } from '@sluice/engine';
import type { LabelCounts } from '@sluice/evaluation';
import type { Workplace } from './workplace.js';

/** Of each row, the position of its group. */
export interface GroupedRows {
  readonly group: readonly number[];
  readonly groups: readonly (readonly string[])[];
}

/** Groups rows by the values of columns; groups are in one order on every machine. */
export const groupsOfRows = ({ rows, texts }: TableColumns, by: readonly string[]): GroupedRows => {
  const columns = by.map((name) => texts.get(name) as readonly string[]);
  const keys = Array.from({ length: rows }, (_, row) =>
    JSON.stringify(columns.map((values) => values[row])),
  );
  const distinct = [...new Set(keys)].toSorted();
  const positions = new Map(distinct.map((key, index) => [key, index]));
  return {
    group: keys.map((key) => positions.get(key) as number),
    groups: distinct.map((key) => JSON.parse(key) as string[]),
  };
};

/** The column of weights that a policy names, to be read as numbers; none where rows aren't weighed. */
export const weightColumns = ({ columns }: Policy): string[] =>
  columns.weight === undefined ? [] : [columns.weight];

/**
 * What each row weighs; undefined where rows aren't weighed.
 *
 * @throws SluiceError `invalid_data` for weights that are missing, negative or not finite, or all 0
 */
export const weightsOf = (
  { numbers }: TableColumns,
  { columns: { weight: name } }: Policy,
  file: string,
): Float64Array | undefined => {
  if (name === undefined) return undefined;
  const weights = numbers.get(name) as Float64Array;
  const unfit = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  const about =
    unfit >= 0
      ? {
          message: `the weight ${JSON.stringify(name)} is not a number of 0 or more in row ${unfit + 1}`,
          found: Number.isNaN(weights[unfit]) ? 'no value' : String(weights[unfit]),
          expected: 'a number of 0 or more in every row',
        }
      : {
          message: `the weights ${JSON.stringify(name)} are all 0`,
          expected: 'a weight above 0 in at least one row',
        };
  if (unfit < 0 && weights.some((weight) => weight > 0)) return weights;
  throw new SluiceError('invalid_data', `The rows of ${file} cannot be weighed.`, {
    faults: [{ file, path: 'columns.weight', ...about }],
  });
};

/** The rows by group and label, and what those of each weigh together. */
export interface LabelledRows extends GroupedRows {
  readonly favorable: readonly boolean[];
  readonly counts: readonly LabelCounts[];
}

/** Groups rows and sums up their weights by label. */
export const rowsByGroup = (
  table: TableColumns,
  { policy, by }: Workplace,
  weight: Float64Array | undefined,
): LabelledRows => {
  const { group, groups } = groupsOfRows(table, by);
  const labels = table.texts.get(policy.columns.label) as readonly string[];
  const favorable = labels.map((label) => isFavorable(label, favorableOf(policy)));
  const counts = groups.map((name) => ({ group: name, favorable: 0, unfavorable: 0 }));
  group.forEach((at, row) => {
    (counts[at] as { favorable: number; unfavorable: number })[
      favorable[row] ? 'favorable' : 'unfavorable'
    ] += weight?.[row] ?? 1;
  });
  return { group, groups, favorable, counts };
};
