import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Column } from './column.js';
import type { Dataset } from './dataset.js';
import { codeSql, type Dictionary } from './dictionary.js';
import { convertedSql, type Storage } from './sql.js';
import { copyNumberLists, copyTextLists, flatSql } from './vector.js';
import { vectorOf, type VectorArray } from './stream-vectors.js';

/** How values are kept in a batch: as a storage, or as positions in a dictionary. */
export type BatchStorage = Storage | 'code';

/** The values of one column in a batch. */
export type ColumnValues =
  Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array | string[];

/** An SQL expression over a row, never NULL, and how its values are kept. */
export interface BatchColumn {
  readonly sql: string;
  readonly storage: BatchStorage;
  /** The values of each row, which are then one list in the result; one and no list unless given. */
  readonly width?: number;
}

/** Consecutive rows of a dataset, column by column. */
export interface RowBatch {
  /** 0 for the first row of the dataset. */
  readonly firstRow: number;
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** A column's values for a model: what is missing becomes NaN in floating point, and was refused before elsewhere. */
export const featureColumn = (
  column: Column,
  storage: Storage,
  dictionary: Dictionary | null,
): BatchColumn => {
  const converted = convertedSql(column, storage);
  if (storage === 'float32' || storage === 'float64')
    return { sql: `coalesce(${converted}, 'nan')`, storage };
  if (storage === 'uint8') return truthColumn(converted);
  return dictionary === null ? { sql: converted, storage } : codeColumn(converted, dictionary);
};

/** A column of lists for a model, each `width` values laid flat. */
export const vectorColumn = (column: Column, storage: Storage, width: number): BatchColumn => ({
  sql: flatSql(column, storage),
  storage,
  width,
});

/** A text as its position in a dictionary. */
export const codeColumn = (text: string, dictionary: Dictionary): BatchColumn => ({
  sql: `CAST(${codeSql(text, dictionary)} AS USMALLINT)`,
  storage: 'code',
});

/** A condition as 1 and 0. */
export const truthColumn = (condition: string): BatchColumn => ({
  sql: `CAST(${condition} AS UTINYINT)`,
  storage: 'uint8',
});

/** Rows that a model gets at a time: many enough to make calls cheap, few enough to keep a batch in the cache. */
const batchSize = 4096;
/** Lists of many values make batches of fewer rows, so that a batch of images fits into memory. */
const mostValues = 2 ** 22;

/** Rows of a batch whose columns are lists of these lengths, or none. */
export const rowsPerBatch = (widths: readonly (number | null | undefined)[]): number => {
  const widest = widths.reduce<number>((sum, width) => sum + (width ?? 0), 1);
  return Math.max(1, Math.min(batchSize, Math.floor(mostValues / widest)));
};

/**
 * Streams a dataset in batches that are full but for the last, however the file is cut into pages: the same rows
 * meet in a batch on every machine. Numbers are in memory that threads share.
 *
 * @param kept how many batches may be in use, the one that is being filled among them: a later one is written over
 *   the first of them
 */
export async function* rowBatches(
  dataset: Dataset,
  columns: readonly BatchColumn[],
  size: number,
  kept: number,
): AsyncGenerator<RowBatch> {
  let firstRow = 0;
  let rows = 0;
  const fresh = (): ColumnValues[] => allocate(columns, size);
  const memory: ColumnValues[][] = [];
  let filled = 0;
  const next = (): ColumnValues[] => (memory[filled++ % kept] ??= fresh());
  let values = next();
  for await (const chunk of dataset.stream(
    `SELECT ${columns.map(({ sql }) => sql).join(', ')} FROM data`,
  )) {
    for (let from = 0; from < chunk.rowCount;) {
      const count = Math.min(chunk.rowCount - from, size - rows);
      copyRows(chunk, from, count, columns, values, rows);
      from += count;
      rows += count;
      if (rows < size) continue;
      yield { firstRow, rows, columns: values };
      firstRow += rows;
      rows = 0;
      values = next();
    }
  }
  if (rows === 0) return;
  const width = (index: number): number => columns[index]?.width ?? 1;
  const rest = values.map((column, index) =>
    Array.isArray(column)
      ? column.slice(0, rows * width(index))
      : column.subarray(0, rows * width(index)),
  );
  yield { firstRow, rows, columns: rest };
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  code: Uint16Array,
} as const;

/** Room for a batch. Its numbers are in one piece of memory: a message between threads takes long by their number. */
const allocate = (columns: readonly BatchColumn[], rows: number): ColumnValues[] => {
  const sizes = columns.map(({ storage, width = 1 }) => {
    if (storage === 'text') return 0;
    // Each begins where a number of 64 bits may.
    return 8 * Math.ceil((rows * width * arrays[storage].BYTES_PER_ELEMENT) / 8);
  });
  const memory = new SharedArrayBuffer(sizes.reduce((sum, size) => sum + size, 0));
  let next = 0;
  return columns.map(({ storage, width = 1 }, index) => {
    if (storage === 'text') return new Array<string>(rows * width).fill('');
    const make = arrays[storage] as new (
      memory: SharedArrayBuffer,
      from: number,
      length: number,
    ) => ColumnValues;
    const values = new make(memory, next, rows * width);
    next += sizes[index] as number;
    return values;
  });
};

const copyRows = (
  chunk: DuckDBDataChunk,
  from: number,
  count: number,
  columns: readonly BatchColumn[],
  into: readonly ColumnValues[],
  at: number,
): void => {
  into.forEach((values, index) => {
    const width = columns[index]?.width;
    if (Array.isArray(values)) {
      if (width !== undefined)
        return copyTextLists(chunk, index, { from, count, at }, values, width);
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < count; row += 1)
        values[at + row] = vector.getItem(from + row) as string;
      return;
    }
    if (width !== undefined)
      return copyNumberLists(chunk, index, { from, count, at }, values, width);
    // The expressions have the types of the arrays and are never NULL.
    const read = vectorOf(chunk, index, values.constructor as VectorArray).subarray(
      from,
      from + count,
    );
    (values as { set(from: typeof read, at: number): void }).set(read, at);
  });
};
