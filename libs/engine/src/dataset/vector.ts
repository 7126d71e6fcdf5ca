import type { DuckDBDataChunk } from '@duckdb/node-api';
import { DuckDBListVector } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { kindOf, type Column, type ColumnKind } from './column.js';
import type { ColumnValues } from './row-batches.js';
import { quoteName, sqlTypes, type Storage } from './sql.js';
import { viewOf, type VectorArray } from './stream-vectors.js';

/** What a column of lists, or of lists of lists, holds. */
export interface VectorType {
  readonly element: ColumnKind;
  /** From the outermost list to the innermost; null where the type leaves the length open. */
  readonly dims: readonly (number | null)[];
}

/** The type of a column of lists or arrays; undefined for a column of single values. DuckDB writes the outermost last. */
export const vectorTypeOf = ({ type }: Column): VectorType | undefined => {
  const parts = /^([^[\]]+)((?:\[\d*\])+)$/.exec(type);
  if (parts === null) return undefined;
  const dims = Array.from((parts[2] as string).matchAll(/\[(\d*)\]/g), ([, length]) =>
    length === '' || length === undefined ? null : Number(length),
  );
  return { element: kindOf(parts[1] as string), dims: dims.toReversed() };
};

/** A column's lists, each as one flat list, of values converted or, without a storage, as they are. */
export const flatSql = (column: Column, storage: Storage | null): string => {
  const { dims } = vectorTypeOf(column) as VectorType;
  const type = storage === null ? column.type.replace(/\[.*$/, '') : sqlTypes[storage];
  const lists = `TRY_CAST(${quoteName(column.name)} AS ${type}${'[]'.repeat(dims.length)})`;
  return dims.slice(1).reduce((list) => `flatten(${list})`, lists);
};

/** The arrays that lists of numbers are copied to. */
type NumberList = Exclude<ColumnValues, string[]>;

/** Which of a chunk's rows to copy, and the row of the target that is the first one's. */
export interface CopiedRows {
  readonly from: number;
  readonly count: number;
  readonly at: number;
}

/** Copies lists of `width` texts each, row by row. */
export const copyTextLists = (
  chunk: DuckDBDataChunk,
  index: number,
  { from, count, at }: CopiedRows,
  target: string[],
  width: number,
): void => {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBListVector)) throw new Error('The column is not one of lists.');
  for (let row = 0; row < count; row += 1) {
    if (vector.getEntryLength(from + row) !== width) throw otherLength();
    const start = vector.getEntryOffset(from + row);
    for (let place = 0; place < width; place += 1)
      target[(at + row) * width + place] = vector.childVector.getItem(start + place) as string;
  }
};

/**
 * Copies lists of `width` numbers each, row by row; a value that is missing becomes NaN. Lists mostly lie one after
 * the other, and are then copied at once.
 */
export const copyNumberLists = (
  chunk: DuckDBDataChunk,
  index: number,
  { from, count, at }: CopiedRows,
  target: NumberList,
  width: number,
): void => {
  const lists = duckdb.data_chunk_get_vector(chunk.chunk, index);
  // The start and the length of each list, 64 bits both, of which lists within a chunk need the lower ones only.
  const entries = viewOf(lists, Uint32Array, 4 * chunk.rowCount);
  const values = duckdb.list_vector_get_child(lists);
  const size = duckdb.list_vector_get_size(lists);
  const read = viewOf(values, target.constructor as VectorArray, size);
  // None where nothing is missing.
  const present = duckdb.vector_get_validity(values, 8 * Math.ceil(size / 64)) as Uint8Array | null;
  const copy = (start: number, rows: number, row: number): void => {
    const part = read.subarray(start, start + rows * width);
    (target as { set(from: typeof part, at: number): void }).set(part, (at + row) * width);
    if (present !== null) markMissing(present, start, part.length, target, (at + row) * width);
  };
  let first = 0;
  let start = 0;
  for (let row = 0; row < count; row += 1) {
    if (entries[4 * (from + row) + 2] !== width) throw otherLength();
    const next = entries[4 * (from + row)] as number;
    if (next === start + (row - first) * width) continue;
    if (row > first) copy(start, row - first, first);
    first = row;
    start = next;
  }
  if (count > first) copy(start, count - first, first);
};

const markMissing = (
  present: Uint8Array,
  start: number,
  length: number,
  target: NumberList,
  at: number,
): void => {
  for (let index = 0; index < length; index += 1) {
    const bit = start + index;
    if (((present[bit >> 3] as number) >> (bit & 7)) % 2 === 0) target[at + index] = NaN;
  }
};

const otherLength = (): Error =>
  new Error('A list has another length than when the table was surveyed.');
