import { nearestName } from '@sluice/contracts';
import type { Policy } from '@sluice/contracts';
import type { FaultCollector } from '../fault-collector.js';
import type { Column } from './column.js';
import type { Table } from './table.js';

/** The columns that a policy names, as far as the dataset has them. */
export interface PolicyColumns {
  readonly label: Column | undefined;
  /** In the policy's order; those that are missing are left out. */
  readonly protected: readonly {
    readonly column: Column;
    readonly path: string;
    readonly privileged: string | null;
  }[];
  readonly control: readonly { readonly column: Column; readonly path: string }[];
  readonly weight: Column | undefined;
  readonly amount: Column | undefined;
  readonly score: Column | undefined;
  readonly prediction: Column | undefined;
  /** By which rows are alike. */
  readonly alike: readonly { readonly column: Column; readonly path: string }[];
}

/** Finds the columns that a policy names; those that aren't there become faults. */
export const findPolicyColumns = (
  policy: Policy,
  dataset: Pick<Table, 'column' | 'columns'>,
  faults: FaultCollector,
): PolicyColumns => {
  const { columns } = policy;
  const find = (name: string | undefined, path: string): Column | undefined => {
    if (name === undefined) return undefined;
    const column = dataset.column(name);
    if (column === undefined) faults.data(missingColumn(name, path, dataset));
    return column;
  };
  columns.features?.forEach((name, index) => find(name, `columns.features[${index}]`));
  return {
    label: find(columns.label, 'columns.label'),
    protected: columns.protected.flatMap(({ name, privileged }, index) => {
      const path = `columns.protected[${index}]`;
      const column = find(name, `${path}.name`);
      return column === undefined ? [] : [{ column, path, privileged: privileged ?? null }];
    }),
    control: columns.control.flatMap((name, index) => {
      const path = `columns.control[${index}]`;
      const column = find(name, path);
      return column === undefined ? [] : [{ column, path }];
    }),
    weight: find(columns.weight, 'columns.weight'),
    amount: find(policy.value?.amount, 'value.amount'),
    score: find(columns.score, 'columns.score'),
    prediction: find(columns.prediction, 'columns.prediction'),
    alike: (policy.consistency?.columns ?? []).flatMap((name, index) => {
      const path = `consistency.columns[${index}]`;
      const column = find(name, path);
      return column === undefined ? [] : [{ column, path }];
    }),
  };
};

export const missingColumn = (
  name: string,
  path: string,
  dataset: Pick<Table, 'column' | 'columns'>,
) => {
  const near = nearestName(
    name,
    dataset.columns.map((column) => column.name),
  );
  return {
    path,
    message: `the dataset has no column ${JSON.stringify(name)}`,
    expected: `one of the columns ${columnNames(dataset)}`,
    hint:
      near === undefined
        ? 'Name a column of the dataset, or add this one to it.'
        : `Did you mean ${JSON.stringify(near)}?`,
  };
};

/** The names of a dataset's columns for people; wide tables are cut short. */
export const columnNames = (dataset: Pick<Table, 'column' | 'columns'>): string => {
  const names = dataset.columns.map((column) => column.name);
  const shown = names.slice(0, 40).join(', ');
  return names.length > 40 ? `${shown} and ${names.length - 40} more` : shown;
};
