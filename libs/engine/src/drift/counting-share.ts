import type { Sides } from '@sluice/evaluation';
import type { TableSource } from '../dataset/dataset.js';
import { openParquetRows } from '../dataset/parquet-rows.js';
import { countColumns, type ColumnCounting, type ColumnCounts } from './column-counts.js';

/** The columns that one thread counts. */
export interface CountingShare extends ColumnCounting {
  readonly sources: Sides<TableSource>;
  /** How many threads count at the same time. */
  readonly among: number;
}

/** By column; null for those of too many categories. */
export type CountedColumns = readonly (readonly [column: string, counts: ColumnCounts | null])[];

/** Counts columns of both tables, which it reads for itself. */
export const countShare = async (
  share: CountingShare,
  onValues: (values: number) => void,
  signal: AbortSignal,
): Promise<CountedColumns> => {
  const { sources, among, columns } = share;
  const reference = await openParquetRows(sources.reference, among, signal);
  try {
    const current = await openParquetRows(sources.current, among, signal);
    try {
      const counted = await countColumns(share, { reference, current }, onValues);
      return columns.map(({ name }, index) => [name, counted[index] ?? null] as const);
    } finally {
      await current.close();
    }
  } finally {
    await reference.close();
  }
};
