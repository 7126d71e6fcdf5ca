import type { Sides } from '@sluice/evaluation';
import type { Rows } from '../dataset/parquet-rows.js';
import type { PairedColumn } from './drift-columns.js';

/** More categories than this are an identifier or free text, whose drift says nothing. */
export const mostCategories = 10_000;

export interface CategoryCounts {
  readonly column: string;
  readonly kind: 'categorical';
  readonly missing: Sides;
  /** Rows by category. */
  readonly counts: Sides<ReadonlyMap<string, number>>;
}

/** Rows by category in both tables; null when there are more than `mostCategories` in one. */
export const countCategories = async (
  column: PairedColumn,
  tables: Sides<Rows>,
): Promise<CategoryCounts | null> => {
  const reference = await countsOf(column.reference, tables.reference);
  const current = reference && (await countsOf(column.current, tables.current));
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
): Promise<{ counts: Map<string, number>; missing: number } | null> => {
  const rows = await dataset.query(
    `SELECT ${value} AS category, count(*) AS rows FROM data GROUP BY 1 LIMIT ${mostCategories + 2}`,
  );
  if (rows.length > mostCategories + 1) return null;
  const counts = new Map<string, number>();
  let missing = 0;
  for (const { category, rows: count } of rows)
    if (category === null || category === undefined) missing += Number(count);
    else counts.set(String(category), Number(count));
  return { counts, missing };
};
