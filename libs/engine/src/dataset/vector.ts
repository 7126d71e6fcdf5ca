import type { DuckDBDataChunk } from '@duckdb/node-api';
import { DuckDBListVector } from '@duckdb/node-api';
import { kindOf, type Column, type ColumnKind } from './column.js';
import { quoteName, sqlTypes, type Storage } from './sql.js';

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

/** Copies lists of `width` values each, row by row; a value that is missing becomes NaN. */
export const copyVectors = (
  vector: ReturnType<DuckDBDataChunk['getColumnVector']>,
  { from, count }: { from: number; count: number },
  target: unknown[],
  at: number,
  width: number,
): void => {
  if (!(vector instanceof DuckDBListVector)) throw new Error('The column is not one of lists.');
  for (let row = 0; row < count; row += 1) {
    if (vector.getEntryLength(from + row) !== width)
      throw new Error('A list has another length than when the table was surveyed.');
    const start = vector.getEntryOffset(from + row);
    for (let index = 0; index < width; index += 1)
      target[(at + row) * width + index] = vector.childVector.getItem(start + index) ?? NaN;
  }
};
