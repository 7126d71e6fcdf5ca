import type { Sides } from '@sluice/evaluation';
import type { Rows } from '../dataset/sandbox-rows.js';
import { countSql, type CountedRows } from './counted-rows.js';
import type { PairedColumn } from './drift-columns.js';

/** More categories than this are an identifier or free text, whose drift says nothing. */
export const mostCategories = 10_000;

export interface CategoryCounts {
  readonly column: string;
  readonly kind: 'categorical';
  readonly missing: Sides;
  /** Rows, or units of weight, by category. */
  readonly counts: Sides<ReadonlyMap<string, number>>;
}

/** Rows by category in both tables; null when there are more than `mostCategories` in one. */
export const countCategories = async (
  column: PairedColumn,
  tables: Sides<Rows>,
  counted: CountedRows,
): Promise<CategoryCounts | null> => {
  const of = (side: keyof Sides) => countsOf(column[side], tables[side], countSql(counted, side));
  const reference = await of('reference');
  const current = reference && (await of('current'));
  if (reference === null || current === null) return null;
  return {
    column: column.name,
    kind: 'categorical',
    missing: { reference: reference.missing, current: current.missing },
    counts: { reference: reference.counts, current: current.counts },
  };
};

const countsOf = async (
  value: string,
  dataset: Rows,
  count: string,
): Promise<{ counts: Map<string, number>; missing: number } | null> => {
  const rows = await dataset.query(
    `SELECT ${value} AS category, ${count} AS rows FROM data GROUP BY 1 LIMIT ${mostCategories + 2}`,
  );
  if (rows.length > mostCategories + 1) return null;
  const counts = new Map<string, number>();
  let missing = 0;
  for (const { category, rows: counted } of rows)
    if (category === null || category === undefined) missing += Number(counted);
    // Rows of weight 0 are none.
    else if (Number(counted) > 0) counts.set(String(category), Number(counted));
  return { counts, missing };
};
