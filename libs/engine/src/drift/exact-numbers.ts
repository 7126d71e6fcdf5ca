import type { NumericDrift, Sides } from '@sluice/evaluation';
import type { Rows } from '../dataset/sandbox-rows.js';
import { quoteName } from '../dataset/sql.js';
import { countSql, totalsOf, type CountedRows } from './counted-rows.js';
import type { PairedColumn } from './drift-columns.js';
import { numberRows } from './number-stream.js';

/** Rows by distinct value in both tables; null as soon as one has more than `mostDistinct` of them. */
export const exactNumbers = async (
  column: PairedColumn,
  tables: Sides<Rows>,
  counted: CountedRows,
  mostDistinct: number,
): Promise<NumericDrift | null> => {
  const of = (side: keyof Sides) =>
    countsByValue(column, side, tables[side], countSql(counted, side), mostDistinct);
  const reference = await of('reference');
  const current = reference && (await of('current'));
  if (reference === null || current === null) return null;
  const totals = totalsOf(counted);
  return {
    column: column.name,
    kind: 'numeric',
    integers: column.integers,
    missing: {
      reference: totals.reference - reference.rows,
      current: totals.current - current.rows,
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

/** Counted as they are stored and converted afterwards: DuckDB counts a dictionary without looking up its values. */
const countsByValue = async (
  column: PairedColumn,
  side: keyof Sides,
  dataset: Rows,
  count: string,
  mostDistinct: number,
): Promise<ValueCounts | null> => {
  const values: number[] = [];
  const counts: number[] = [];
  let rows = 0;
  const name = quoteName(column.name);
  const stored = `(SELECT ${name}, ${count} AS rows FROM data GROUP BY 1)`;
  const grouped = `(SELECT ${column[side]} AS value, sum(rows)::DOUBLE AS rows FROM ${stored} GROUP BY 1)`;
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
      // Rows of weight 0 are none.
      if (of[index] === 0) continue;
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
