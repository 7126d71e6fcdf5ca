import { constants, copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  DOUBLE,
  VARCHAR,
  type DuckDBAppender,
  type DuckDBConnection,
  type DuckDBType,
} from '@duckdb/node-api';
import {
  datasetExtensions,
  datasetFormatOfPath,
  SluiceError,
  type DatasetFormat,
} from '@sluice/contracts';
import { openTable } from '../dataset/open-table.js';
import { openSandbox } from '../dataset/sandbox.js';
import { quoteName, quoteText } from '../dataset/sql.js';
import { UnreadableFile } from '../dataset/table-file.js';
import { reasonOf } from '../foreign-error.js';

/** A column to add to a table, or to put in the place of one that has its name. */
export interface NewColumn {
  readonly name: string;
  /** One a row of the source; NaN is written as missing. */
  readonly values: Float64Array | readonly string[];
}

export interface TableChange {
  readonly source: { readonly path: string; readonly format?: DatasetFormat };
  readonly columns: readonly NewColumn[];
  /** 1 for the rows to keep; all when it is left out. */
  readonly keep?: Uint8Array;
  /** A file that must not exist; its extension tells the format. */
  readonly output: string;
}

/** Arrow is read and not written: DuckDB would need an extension from the network. */
const copyOptions: Readonly<Record<Exclude<DatasetFormat, 'arrow'>, string>> = {
  parquet: 'FORMAT parquet',
  csv: 'FORMAT csv, HEADER true',
  jsonl: 'FORMAT json',
};

/**
 * Writes a table with other or more columns to a new file, rows in the order of the source. What is there is never
 * written over, the source least of all.
 *
 * @throws SluiceError `invalid_request` when the output exists or cannot be written
 */
export const writeTable = async ({ source, columns, keep, output }: TableChange): Promise<void> => {
  const format = datasetFormatOfPath(output);
  const from = source.format ?? datasetFormatOfPath(source.path);
  if (format === undefined || from === undefined)
    throw new SluiceError(
      'invalid_request',
      `The format of ${format === undefined ? output : source.path} cannot be told from its name; use one of the extensions ${datasetExtensions.join(', ')}.`,
    );
  if (format === 'arrow')
    throw new SluiceError(
      'invalid_request',
      `${output} cannot be written as Arrow; use Parquet, CSV or JSON Lines.`,
    );
  const sandbox = await openSandbox([source.path], { writes: true });
  const file = { path: sandbox.files[0] as string, name: source.path };
  try {
    const known = await openTable(sandbox.connection, [file], from);
    await addColumns(sandbox.connection, columns, keep);
    const replaced = known.filter(({ name }) => columns.some((column) => column.name === name));
    const kept = known.filter((column) => !replaced.includes(column));
    const at = (name: string): string => {
      const index = columns.findIndex((column) => column.name === name);
      return `added.c${index} AS ${quoteName(name)}`;
    };
    const fresh = columns.filter(({ name }) => !known.some((column) => column.name === name));
    // In the order of the source, since some models take features by position.
    const select = [
      ...known.map((column) =>
        kept.includes(column) ? `data.${quoteName(column.name)}` : at(column.name),
      ),
      ...fresh.map(({ name }) => at(name)),
    ];
    await sandbox.connection.run(
      `COPY (SELECT ${select.join(', ')} FROM data POSITIONAL JOIN added WHERE added.keep) TO ${quoteText(sandbox.output)} (${copyOptions[format]})`,
    );
    await copyFile(sandbox.output, output, constants.COPYFILE_EXCL).catch((cause: unknown) => {
      throw cannotWrite(output, cause);
    });
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    const reason = reasonOf(cause instanceof UnreadableFile ? cause.cause : cause, file);
    throw new SluiceError('invalid_data', `${source.path} cannot be rewritten: ${reason}.`, {
      cause,
    });
  } finally {
    await sandbox.close();
  }
};

const addColumns = async (
  connection: DuckDBConnection,
  columns: readonly NewColumn[],
  keep: Uint8Array | undefined,
): Promise<void> => {
  const [count] = (
    await connection.runAndReadAll('SELECT count(*) AS rows FROM data')
  ).getRowObjectsJson();
  const rows = Number(count?.['rows']);
  const wrong = [...columns.map(({ values }) => values.length), keep?.length ?? rows].find(
    (length) => length !== rows,
  );
  if (wrong !== undefined)
    throw new RangeError(`A new column has ${wrong} values for ${rows} rows.`);
  const types = columns.map(({ values }) => (values instanceof Float64Array ? DOUBLE : VARCHAR));
  const definitions = types.map((type, index) => `c${index} ${type.toString()}`);
  await connection.run(`CREATE TABLE added (${['keep BOOLEAN', ...definitions].join(', ')})`);
  const appender = await connection.createAppender('added');
  for (let row = 0; row < rows; row += 1) {
    appender.appendBoolean(keep === undefined || keep[row] === 1);
    columns.forEach(({ values }, index) =>
      append(appender, types[index] as DuckDBType, values[row] as number | string),
    );
    appender.endRow();
  }
  appender.closeSync();
};

const append = (appender: DuckDBAppender, type: DuckDBType, value: number | string): void => {
  if (type === VARCHAR) appender.appendVarchar(value as string);
  else if (Number.isNaN(value)) appender.appendNull();
  else appender.appendDouble(value as number);
};

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'it is there already, and nothing is written over',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'its folder is a file',
  EACCES: 'the folder may not be written to',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

const cannotWrite = (output: string, cause: unknown): SluiceError => {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new SluiceError(
    'invalid_request',
    `${output} cannot be written in ${dirname(output)}: ${reasons[code] ?? message}.`,
    { cause },
  );
};
