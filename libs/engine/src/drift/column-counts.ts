import type { NumericDrift, Sides } from '@sluice/evaluation';
import type { Rows } from '../dataset/sandbox-rows.js';
import { binnedNumbers, RowsChanged, sampledValues } from './binned-numbers.js';
import { countCategories, type CategoryCounts } from './category-counts.js';
import type { CountedRows } from './counted-rows.js';
import type { PairedColumn } from './drift-columns.js';
import { exactNumbers } from './exact-numbers.js';

/** Of large tables, columns of so many distinct values are counted by value still. */
const mostDistinct = 100_000;
/** A sample of some 40,000 values that holds more distinct ones is of a column that has too many. */
const mostDistinctSampled = 2_000;

/** What was counted of a column. */
export type ColumnCounts = NumericDrift | CategoryCounts;

export interface ColumnCounting extends CountedRows {
  readonly columns: readonly PairedColumn[];
  /** Whether numbers are counted by value however many there are. */
  readonly exact: boolean;
}

/**
 * Counts of each column in both tables: of numbers by value or by bin, of others by category; null for a column of too many
 * categories. What comes out of a column doesn't depend on the others, nor on who counts them.
 *
 * @param onValues told how many more values were looked at, of all rows and columns
 */
export const countColumns = async (
  counting: ColumnCounting,
  tables: Sides<Rows>,
  onValues: (values: number) => void,
): Promise<(ColumnCounts | null)[]> => {
  const { columns, rows, exact } = counting;
  const found = new Map<string, ColumnCounts | null>();
  const all = rows.reference + rows.current;
  for (const column of columns.filter(({ kind }) => kind === 'categorical')) {
    found.set(column.name, await countCategories(column, tables, counting));
    onValues(all);
  }
  const numeric = columns.filter(({ kind }) => kind === 'numeric');
  const counted = exact
    ? await countValues({ ...counting, columns: numeric }, tables, onValues)
    : await countMany({ ...counting, columns: numeric }, tables, onValues);
  for (const each of counted) found.set(each.column, each);
  return columns.map(({ name }) => found.get(name) ?? null);
};

const countValues = async (
  counting: ColumnCounting,
  tables: Sides<Rows>,
  onValues: (values: number) => void,
): Promise<NumericDrift[]> => {
  const { columns, rows } = counting;
  const all = rows.reference + rows.current;
  const counted: NumericDrift[] = [];
  for (const column of columns) {
    const each = await exactNumbers(column, tables, counting, all);
    if (each === null) throw new RowsChanged();
    counted.push(each);
    onValues(all);
  }
  return counted;
};

/** By value where there are few different ones, else by bin. */
const countMany = async (
  counting: ColumnCounting,
  tables: Sides<Rows>,
  onValues: (values: number) => void,
): Promise<NumericDrift[]> => {
  const { columns, rows } = counting;
  if (columns.length === 0) return [];
  const counted: NumericDrift[] = [];
  const many: { column: PairedColumn; sample: Float64Array }[] = [];
  const samples = await sampledValues(columns, tables, rows, 'runs');
  for (const [index, column] of columns.entries()) {
    const sample = samples[index] as Float64Array;
    const exact = isOfFewValues(sample)
      ? await exactNumbers(column, tables, counting, mostDistinct)
      : null;
    if (exact === null) many.push({ column, sample });
    else {
      counted.push(exact);
      onValues(rows.reference + rows.current);
    }
  }
  if (many.length === 0) return counted;
  const binned = await binnedNumbers(
    many.map(({ column }) => column),
    many.map(({ sample }) => sample),
    tables,
    counting,
    (done) => onValues(done * many.length),
  );
  return [...counted, ...binned];
};

/** @param sample sorted in place */
const isOfFewValues = (sample: Float64Array): boolean => {
  sample.sort();
  let distinct = 0;
  for (let index = 0; index < sample.length && distinct <= mostDistinctSampled; index += 1)
    if (sample[index] !== sample[index - 1]) distinct += 1;
  return distinct <= mostDistinctSampled;
};
