import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Dataset } from './dataset.js';
import type { TableColumn, TableValues } from './table-appender.js';

const arrays = { uint8: Uint8Array, code: Uint16Array, float64: Float64Array } as const;

/** Consecutive rows of a result. The memory is the database's and gone with the next ones. */
export interface Vectors {
  readonly rows: number;
  readonly columns: readonly TableValues[];
}

/** An expression over a row, never NULL, and how its values are kept. */
export interface VectorColumn {
  readonly sql: string;
  readonly storage: TableColumn['storage'];
}

const sqlTypes = { uint8: 'UTINYINT', code: 'USMALLINT', float64: 'DOUBLE' } as const;

/** Streams expressions over the rows of a relation, vectors at a time. */
export async function* streamVectors(
  dataset: Dataset,
  expressions: readonly VectorColumn[],
  from: string,
): AsyncGenerator<Vectors> {
  const typed = expressions.map(({ sql, storage }) => `CAST(${sql} AS ${sqlTypes[storage]})`);
  for await (const chunk of dataset.stream(`SELECT ${typed.join(', ')} FROM ${from}`))
    yield {
      rows: chunk.rowCount,
      columns: expressions.map(({ storage }, index) => vectorOf(chunk, index, arrays[storage])),
    };
}

/** The arrays that vectors of numbers can be read as. */
export type VectorArray =
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | BigInt64ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/**
 * A column of a chunk as the array of its type; what NULL stands as in it is left open. Value by value through the chunk's own methods it would
 * take several times as long.
 */
export const vectorOf = <Make extends VectorArray>(
  chunk: DuckDBDataChunk,
  index: number,
  make: Make,
): InstanceType<Make> =>
  viewOf(duckdb.data_chunk_get_vector(chunk.chunk, index), make, chunk.rowCount);

/** The first of a vector's values, where they are. */
export const viewOf = <Make extends VectorArray>(
  vector: ReturnType<typeof duckdb.data_chunk_get_vector>,
  make: Make,
  length: number,
): InstanceType<Make> => {
  const bytes = duckdb.vector_get_data(vector, length * make.BYTES_PER_ELEMENT);
  return new make(bytes.buffer as ArrayBuffer, bytes.byteOffset, length) as InstanceType<Make>;
};
