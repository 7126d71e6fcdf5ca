import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Dataset } from './dataset.js';
import type { TableColumn, TableValues } from './table-appender.js';

const arrays = {
  uint8: Uint8Array,
  code: Uint16Array,
  position: Int32Array,
  float64: Float64Array,
} as const;

/** Consecutive rows of a result. The memory is the database's and gone with the next ones. */
export interface Vectors {
  readonly rows: number;
  readonly columns: readonly VectorValues[];
}

export type VectorValues = TableValues | Int32Array;

/** An expression over a row, never NULL, and how its values are kept. */
export interface VectorColumn {
  readonly sql: string;
  readonly storage: TableColumn['storage'] | 'position';
}

const sqlTypes = {
  uint8: 'UTINYINT',
  code: 'USMALLINT',
  position: 'INTEGER',
  float64: 'DOUBLE',
} as const;

/** Rows are not what they were taken for: they have to be surveyed first. */
export class UnexpectedRows extends Error {
  constructor() {
    super('Rows have other values than the look before told.');
  }
}

/** Streams expressions over the rows of a relation, vectors at a time. */
export const streamVectors = (
  dataset: Dataset,
  expressions: readonly VectorColumn[],
  from: string,
): AsyncGenerator<Vectors> => vectorsOf(dataset.stream(selectSql(expressions, from)), expressions);

/**
 * The same over all rows of a dataset, for whoever wants them fast: in pieces, if there are any.
 *
 * @param where which rows, if not all
 * @param isChecked whether expressions may be NULL after all
 * @throws UnexpectedRows if one is
 */
export async function* streamPieces(
  dataset: Dataset,
  expressions: readonly VectorColumn[],
  where: string,
  isChecked: boolean,
): AsyncGenerator<Vectors> {
  const pieces = await dataset.pieces();
  const statement = (from: string): string => selectSql(expressions, `${from} ${where}`);
  const chunks =
    pieces.length > 1
      ? dataset.streamEach(pieces.map(({ relation }) => statement(relation)))
      : dataset.stream(statement(dataset.relation));
  yield* vectorsOf(chunks, expressions, isChecked);
}

const selectSql = (expressions: readonly VectorColumn[], from: string): string => {
  const typed = expressions.map(({ sql, storage }) => `CAST(${sql} AS ${sqlTypes[storage]})`);
  return `SELECT ${typed.join(', ')} FROM ${from}`;
};

async function* vectorsOf(
  chunks: AsyncGenerator<DuckDBDataChunk>,
  expressions: readonly VectorColumn[],
  isChecked = false,
): AsyncGenerator<Vectors> {
  for await (const chunk of chunks) {
    if (isChecked && expressions.some((_, index) => hasNull(chunk, index)))
      throw new UnexpectedRows();
    yield {
      rows: chunk.rowCount,
      columns: expressions.map(({ storage }, index) => vectorOf(chunk, index, arrays[storage])),
    };
  }
}

const hasNull = ({ chunk, rowCount }: DuckDBDataChunk, index: number): boolean => {
  const vector = duckdb.data_chunk_get_vector(chunk, index);
  const words = Math.ceil(rowCount / 64);
  // null where all rows have a value, which the declaration leaves out.
  const bytes = duckdb.vector_get_validity(vector, 8 * words) as Uint8Array | null;
  if (bytes === null) return false;
  // One bit for each row, which is set where it has a value.
  const full = rowCount >> 3;
  for (let at = 0; at < full; at += 1) if (bytes[at] !== 255) return true;
  const rest = (1 << (rowCount & 7)) - 1;
  return rest > 0 && ((bytes[full] as number) & rest) !== rest;
};

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
