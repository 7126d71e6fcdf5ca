import type { DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { Rows } from '../dataset/sandbox-rows.js';

/** Consecutive rows of some columns of numbers; NaN where there is no value. They are gone with the next ones. */
export interface NumberRows {
  readonly rows: number;
  readonly columns: readonly Float64Array[];
}

/** Streams SQL expressions of doubles over a relation, in the order of the file's rows unless `rest` says another. */
export async function* numberRows(
  dataset: Rows,
  values: readonly string[],
  rest = '',
  from = 'data',
): AsyncGenerator<NumberRows> {
  const list = values.map((value) => `CAST(${value} AS DOUBLE)`).join(', ');
  const chunks = dataset.stream(`SELECT ${list} FROM ${from} ${rest}`);
  // DuckDB is at the next chunk while this one is looked at.
  let next = chunks.next();
  try {
    for (let chunk = await next; chunk.done !== true; chunk = await next) {
      next = chunks.next();
      next.catch(() => undefined);
      const { value } = chunk;
      const rows = value.rowCount;
      yield { rows, columns: values.map((_, index) => doublesOf(value, index, rows)) };
      // Asked of the chunk once its rows were read: memory that no one holds may be given back before.
      if (value.rowCount !== rows) throw new TypeError('The rows changed while they were read.');
    }
  } finally {
    await next.catch(() => undefined);
    await chunks.return(undefined);
  }
}

/** Each call into the database takes as long as a hundred values do: there are three for a column of a chunk. */
const doublesOf = (chunk: DuckDBDataChunk, index: number, rows: number): Float64Array => {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
  const bytes = duckdb.vector_get_data(vector, rows * Float64Array.BYTES_PER_ELEMENT);
  const values = new Float64Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, rows);
  const valid: Uint8Array | null = duckdb.vector_get_validity(vector, 8 * Math.ceil(rows / 64));
  if (valid === null) return values;
  return values.map((value, row) =>
    (((valid[row >> 3] as number) >> (row & 7)) & 1) === 1 ? value : NaN,
  );
};

/**
 * A clause that draws about so many rows, the same ones at each time: with a seed, DuckDB draws in one thread and in the
 * order of the rows. Empty when there are no more than that.
 */
export const sampleSql = (rows: number, wanted: number): string =>
  rows <= wanted ? '' : `USING SAMPLE ${((100 * wanted) / rows).toFixed(6)}% (bernoulli, 42)`;
