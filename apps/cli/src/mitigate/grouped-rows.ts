import { favorableOf } from '@sluice/contracts';
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

/** The same with labels, counted. */
export const rowsByGroup = (
  table: TableColumns,
  { policy, by }: Workplace,
): GroupedRows & { readonly favorable: readonly boolean[]; readonly counts: LabelCounts[] } => {
  const { group, groups } = groupsOfRows(table, by);
  const labels = table.texts.get(policy.columns.label) as readonly string[];
  const favorable = labels.map((label) => isFavorable(label, favorableOf(policy)));
  const counts = groups.map((name) => ({ group: name, favorable: 0, unfavorable: 0 }));
  group.forEach((at, row) => {
    (counts[at] as { favorable: number; unfavorable: number })[
      favorable[row] ? 'favorable' : 'unfavorable'
    ] += 1;
  });
  return { group, groups, favorable, counts };
};
