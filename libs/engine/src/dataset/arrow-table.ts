import { open } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import {
  DuckDBDataChunk,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBValue,
} from '@duckdb/node-api';
import { RecordBatchReader, type RecordBatch, type Schema } from 'apache-arrow';
import { registerArrowCodecs } from './arrow-compression.js';
import { arrowColumnOf, type ArrowColumn } from './arrow-columns.js';
import {
  assertSameColumns,
  naming,
  TableFault,
  type Described,
  type TableFile,
} from './table-file.js';
import { quoteName } from './sql.js';

/** Rows that DuckDB takes at a time. */
const chunkRows = 2048;

interface NamedColumn extends ArrowColumn {
  readonly name: string;
}

/**
 * Makes a table of files in Arrow's format for files or for streams, batch by batch: DuckDB itself would need
 * an extension from the network.
 */
export const loadArrow = async (
  connection: DuckDBConnection,
  files: readonly TableFile[],
  relation: string,
): Promise<void> => {
  registerArrowCodecs();
  let first: { file: TableFile; columns: Described[] } | undefined;
  for (const file of files)
    await naming(file, async () => {
      const handle = await open(file.path);
      try {
        const reader = await (await RecordBatchReader.from(handle)).open();
        const columns = columnsOf(reader.schema, file);
        const described = columns.map(({ name, type }) => ({ name, type: String(type) }));
        if (first === undefined) await createTable(connection, relation, described);
        first ??= { file, columns: described };
        assertSameColumns(first, { file, columns: described });
        const order = first.columns.map(({ name }) =>
          described.findIndex((column) => column.name === name),
        );
        await append(connection, relation, reader, columns, order);
      } finally {
        await handle.close();
      }
    });
};

const columnsOf = (schema: Schema, file: TableFile): NamedColumn[] =>
  schema.fields.map(({ name, type }) => {
    const column = arrowColumnOf(type);
    if (column !== undefined) return { name, ...column };
    throw new TableFault({
      file: file.name,
      path: 'data.evaluation',
      message: `the column ${JSON.stringify(name)} has a type that tables don't`,
      found: String(type),
      expected: 'numbers, booleans, texts, dates, timestamps, or lists of these',
      hint: 'Leave the column out, or convert it.',
    });
  });

const createTable = async (
  connection: DuckDBConnection,
  relation: string,
  columns: readonly Described[],
): Promise<void> => {
  const definitions = columns.map(({ name, type }) => `${quoteName(name)} ${type}`);
  await connection.run(`CREATE TABLE ${relation} (${definitions.join(', ')})`);
};

const append = async (
  connection: DuckDBConnection,
  relation: string,
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  columns: readonly NamedColumn[],
  order: readonly number[],
): Promise<void> => {
  const appender = await connection.createAppender(relation);
  try {
    for await (const batch of batches)
      for (let from = 0; from < batch.numRows; from += chunkRows) {
        appendRows(appender, batch, from, columns, order);
        // A batch may hold millions of rows, and the event loop has others to serve.
        await setImmediate();
      }
  } finally {
    appender.closeSync();
  }
};

const appendRows = (
  appender: DuckDBAppender,
  batch: RecordBatch,
  from: number,
  columns: readonly NamedColumn[],
  order: readonly number[],
): void => {
  const rows = Math.min(chunkRows, batch.numRows - from);
  const ordered = order.map((index) => columns[index] as NamedColumn);
  const chunk = DuckDBDataChunk.create(
    ordered.map(({ type }) => type),
    rows,
  );
  ordered.forEach(({ convert }, position) => {
    const vector = batch.getChildAt(order[position] as number);
    const values: DuckDBValue[] = [];
    for (let row = from; row < from + rows; row += 1) {
      const value: unknown = vector?.get(row) ?? null;
      values.push(value === null ? null : convert(value));
    }
    chunk.setColumnValues(position, values);
  });
  appender.appendDataChunk(chunk);
};
