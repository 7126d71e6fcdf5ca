import {
  DOUBLE,
  DuckDBDataChunk,
  USMALLINT,
  UTINYINT,
  type DuckDBAppender,
  type DuckDBConnection,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { quoteName } from './sql.js';

const types = { uint8: UTINYINT, code: USMALLINT, float64: DOUBLE } as const;

/** A column of a table that is made here, and how its values are kept. */
export interface TableColumn {
  readonly name: string;
  readonly storage: keyof typeof types;
}

export type TableValues = Uint8Array | Uint16Array | Float64Array;

/** Fills a table with rows, vectors at a time. */
export class TableAppender {
  private readonly largest = duckdb.vector_size();

  private constructor(
    private readonly appender: DuckDBAppender,
    private readonly columns: readonly TableColumn[],
  ) {}

  static async create(
    connection: DuckDBConnection,
    name: string,
    columns: readonly TableColumn[],
  ): Promise<TableAppender> {
    const listed = columns.map(
      (column) => `${quoteName(column.name)} ${types[column.storage].toString()} NOT NULL`,
    );
    await connection.run(`CREATE TABLE ${quoteName(name)} (${listed.join(', ')})`);
    return new TableAppender(await connection.createAppender(name), columns);
  }

  /** Appends rows, given column by column in the order of the table's columns. */
  append(rows: number, values: readonly TableValues[]): void {
    for (let from = 0; from < rows; from += this.largest) {
      const count = Math.min(this.largest, rows - from);
      const chunk = DuckDBDataChunk.create(
        this.columns.map(({ storage }) => types[storage]),
        count,
      );
      values.forEach((column, index) => {
        // Value by value through the chunk's own methods it would take longer than some models do.
        const { buffer, byteOffset, byteLength } = own(column.subarray(from, from + count));
        duckdb.copy_data_to_vector(
          duckdb.data_chunk_get_vector(chunk.chunk, index),
          0,
          buffer as ArrayBuffer,
          byteOffset,
          byteLength,
        );
      });
      this.appender.appendDataChunk(chunk);
    }
  }

  /** Makes the rows visible to queries. */
  close(): void {
    this.appender.closeSync();
  }
}

/** The database copies from no memory that threads share. */
const own = (values: TableValues): TableValues =>
  values.buffer instanceof SharedArrayBuffer ? values.slice() : values;
