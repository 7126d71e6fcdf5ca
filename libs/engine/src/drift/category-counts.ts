import { twoCategorySamples } from '@sluice/statistics';
import type { CategoricalDrift } from '@sluice/evaluation';
import type { Dataset } from '../dataset/dataset.js';
import type { PairedColumn, Tables } from './drift-columns.js';

/** More categories than this are an identifier or free text, whose drift says nothing. */
export const mostCategories = 10_000;

/** Rows by category in both tables; null when there are more than `mostCategories` in one. */
export const countCategories = async (
  column: PairedColumn,
  tables: Tables,
): Promise<CategoricalDrift | null> => {
  const reference = await countsOf(column.reference, tables.reference);
  const current = reference && (await countsOf(column.current, tables.current));
  if (reference === null || current === null) return null;
  return {
    column: column.name,
    kind: 'categorical',
    missing: { reference: reference.missing, current: current.missing },
    samples: twoCategorySamples(reference.counts, current.counts),
  };
};

const countsOf = async (
  value: string,
  dataset: Dataset,
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
