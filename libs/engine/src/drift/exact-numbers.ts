import type { NumericDrift, Sides } from '@sluice/evaluation';
import type { Dataset } from '../dataset/dataset.js';
import type { PairedColumn, Tables } from './drift-columns.js';
import { numberRows } from './number-stream.js';

/** Rows by distinct value in both tables; null as soon as one has more than `mostDistinct` of them. */
export const exactNumbers = async (
  column: PairedColumn,
  tables: Tables,
  rows: Sides,
  mostDistinct: number,
): Promise<NumericDrift | null> => {
  const reference = await countsByValue(column.reference, tables.reference, mostDistinct);
  const current = reference && (await countsByValue(column.current, tables.current, mostDistinct));
  if (reference === null || current === null) return null;
  return {
    column: column.name,
    kind: 'numeric',
    integers: column.integers,
    missing: {
      reference: rows.reference - reference.rows,
      current: rows.current - current.rows,
    },
    samples: aligned(reference, current),
    bins: null,
  };
};

interface ValueCounts {
  /** Ascending and distinct. */
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly rows: number;
}

const countsByValue = async (
  value: string,
  dataset: Dataset,
  mostDistinct: number,
): Promise<ValueCounts | null> => {
  const values: number[] = [];
  const counts: number[] = [];
  let rows = 0;
  const grouped = `(SELECT ${value} AS value, count(*)::DOUBLE AS rows FROM data GROUP BY 1)`;
  const limit = `ORDER BY value LIMIT ${mostDistinct + 1}`;
  const sql = ['value', 'rows'];
  for await (const { columns } of numberRows(
    dataset,
    sql,
    `WHERE value IS NOT NULL ${limit}`,
    grouped,
  )) {
    const [some, of] = columns as [Float64Array, Float64Array];
    for (let index = 0; index < some.length; index += 1) {
      values.push(some[index] as number);
      counts.push(of[index] as number);
      rows += of[index] as number;
    }
    if (values.length > mostDistinct) return null;
  }
  return { values, counts, rows };
};

const aligned = (a: ValueCounts, b: ValueCounts): NumericDrift['samples'] => {
  const most = a.values.length + b.values.length;
  const values = new Float64Array(most);
  const reference = new Float64Array(most);
  const current = new Float64Array(most);
  let [i, j, at] = [0, 0, 0];
  while (i < a.values.length || j < b.values.length) {
    const value = Math.min(a.values[i] ?? Infinity, b.values[j] ?? Infinity);
    values[at] = value;
    if (i < a.values.length && a.values[i] === value) reference[at] = a.counts[i++] as number;
    if (j < b.values.length && b.values[j] === value) current[at] = b.counts[j++] as number;
    at += 1;
  }
  return {
    values: values.slice(0, at),
    reference: reference.slice(0, at),
    current: current.slice(0, at),
  };
};
