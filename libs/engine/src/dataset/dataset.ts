import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DatasetFile } from '@sluice/artifacts';
import {
  type DataKey,
  type Fault,
  SluiceError,
  datasetExtensions,
  datasetFormatOfPath,
  type DatasetFormat,
} from '@sluice/contracts';
import { faultError } from '../fault-collector.js';
import { reasonOf, shortageOf } from '../foreign-error.js';
import type { Column } from './column.js';
import { joinPredictions, type PredictionColumns } from './join-predictions.js';
import { openTable, type Relation } from './open-table.js';
import { parquetPieces, type Piece } from './parquet-pieces.js';
import { openSandbox, type Sandbox } from './sandbox.js';
import { SandboxRows } from './sandbox-rows.js';
import { duckdbColumns, quoteText } from './sql.js';
import { TableAppender, type TableColumn } from './table-appender.js';
import { faultOf, TableFault, UnreadableFile, type TableFile } from './table-file.js';
import { readFailure } from './read-failure.js';
import type { Table } from './table.js';

/** Where a table is, and what its faults call it. */
export interface TableSource {
  /** In the order of their rows. */
  readonly files: readonly DatasetFile[];
  /** Needed when neither paths nor names have an extension that tells. */
  readonly format?: DatasetFormat | undefined;
  /** What the user calls all of them together; a path inside a content-addressed store would tell them nothing. */
  readonly name: string;
  /** Columns of text that came from CSV, so that they may stand for numbers, whatever format this is. */
  readonly untyped?: readonly string[] | undefined;
}

/** A dataset, and the predictions for its rows when these are in a table of their own. */
export interface DatasetSource extends TableSource {
  readonly predictions?: (TableSource & { readonly columns: PredictionColumns }) | undefined;
}

/** A table in files, open for queries against the relation `data`. */
export class Dataset extends SandboxRows implements Table {
  readonly relation = 'data';
  readonly dialect = duckdbColumns;
  private parted: Promise<readonly Piece[]> | undefined;

  private constructor(
    readonly name: string,
    readonly columns: readonly Column[],
    files: readonly TableFile[],
    sandbox: Sandbox,
    signal: AbortSignal | undefined,
    /** The same files for another thread to open; null when that would take long: text is parsed each time. */
    readonly reopened: TableSource | null,
  ) {
    // Our statements name columns that are there and convert with TRY_CAST, so what fails is the file:
    // a damaged page behind a healthy footer.
    super(sandbox, signal, (cause) => readFailure(name, files, cause));
  }

  /**
   * @param writes whether `copy` may be called
   * @throws SluiceError `invalid_data` if there is no such table
   */
  static async open(
    source: DatasetSource,
    signal?: AbortSignal,
    { writes = false }: { readonly writes?: boolean } = {},
  ): Promise<Dataset> {
    const { predictions } = source;
    const format = await checkedFormat(source, 'data.evaluation');
    const predictionsFormat =
      predictions === undefined ? format : await checkedFormat(predictions, 'data.predictions');
    signal?.throwIfAborted();
    const all = [...source.files, ...(predictions?.files ?? [])];
    const sandbox = await openSandbox(
      all.map(({ path }) => path),
      { writes },
    );
    const linked = all.map(({ name }, index) => ({ name, path: sandbox.files[index] as string }));
    const files = linked.slice(0, source.files.length);
    const { connection } = sandbox;
    // Parsing a large text file is the longest single statement there is, so it must be interruptible as well.
    const interrupt = (): void => sandbox.connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      const { name, untyped = [] } = source;
      const data: Part = { key: 'data.evaluation', name, files, format, untyped };
      if (predictions === undefined) {
        const columns = await openPart(connection, data, 'data');
        const reopened = format === 'parquet' ? source : null;
        return new Dataset(source.name, columns, files, sandbox, signal, reopened);
      }
      const columns = await openJoined(
        connection,
        data,
        {
          key: 'data.predictions',
          name: predictions.name,
          files: linked.slice(files.length),
          format: predictionsFormat,
          untyped: predictions.untyped ?? [],
        },
        predictions.columns,
      );
      return new Dataset(source.name, columns, linked, sandbox, signal, null);
    } catch (error) {
      await sandbox.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }

  /** The column of that very name; DuckDB alone would take `Age` for `age`. */
  column(name: string): Column | undefined {
    return this.columns.find((column) => column.name === name);
  }

  /** The rows of `data` in pieces of some hundred thousand, one after another; none where they can't be had so. */
  pieces(): Promise<readonly Piece[]> {
    // The number of a row, which tells its piece, is a column of that name to DuckDB.
    const isApart = this.columns.every(({ name }) => name.toLowerCase() !== 'file_row_number');
    return (this.parted ??=
      this.reopened !== null && isApart
        ? parquetPieces(this, this.sandbox.files)
        : Promise.resolve([]));
  }

  /** What stands after FROM for so many of the first rows. */
  async firstRows(count: number): Promise<string> {
    const [first] = await this.pieces();
    // With a limit, threads begin with more rows than are wanted.
    return first === undefined || first.rows < count
      ? `${this.relation} LIMIT ${count}`
      : `${first.relation} WHERE file_row_number < ${count}`;
  }

  /** Makes a table beside `data`, to be filled while `data` is streamed. */
  async createTable(name: string, columns: readonly TableColumn[]): Promise<TableAppender> {
    return this.guarded(async () =>
      TableAppender.create(await this.sandbox.connect(), name, columns),
    );
  }

  /**
   * Writes the rows of a query into a file that goes when the dataset is closed.
   *
   * @param options of DuckDB's COPY
   * @returns where the file is
   */
  async copy(sql: string, options: string): Promise<string> {
    const { output } = this.sandbox;
    await this.query(`COPY (${sql}) TO ${quoteText(output)} (${options})`);
    return output;
  }
}

/** A table as the sandbox has its files. */
interface Part {
  readonly key: DataKey;
  readonly name: string;
  readonly files: readonly TableFile[];
  readonly format: DatasetFormat;
  readonly untyped: readonly string[];
}

const openPart = async (
  connection: DuckDBConnection,
  { key, name, files, format, untyped }: Part,
  relation: Relation,
): Promise<readonly Column[]> => {
  try {
    const columns = await openTable(connection, files, format, relation);
    return columns.map((column) =>
      untyped.includes(column.name) ? { ...column, untyped: true } : column,
    );
  } catch (error) {
    if (error instanceof TableFault) throw faultOf(error, key);
    const [file, cause] =
      error instanceof UnreadableFile ? [error.file.name, error.cause] : [name, error as unknown];
    throw shortageOf(cause) ?? unreadable(key, file, format, reasonOf(cause, ...files), cause);
  }
};

const openJoined = async (
  connection: DuckDBConnection,
  data: Part,
  predictions: Part,
  wanted: PredictionColumns,
): Promise<readonly Column[]> => {
  const dataColumns = await openPart(connection, data, 'data_alone');
  const predictionColumns = await openPart(connection, predictions, 'predictions');
  try {
    const columns = await joinPredictions(
      connection,
      { name: data.name, relation: 'data_alone', columns: dataColumns },
      { name: predictions.name, relation: 'predictions', columns: predictionColumns },
      wanted,
    );
    // What was joined is not read again, and text takes as much room as the result.
    for (const [{ format }, relation] of [
      [data, 'data_alone'],
      [predictions, 'predictions'],
    ] as const)
      await connection.run(`DROP ${format === 'parquet' ? 'VIEW' : 'TABLE'} ${relation}`);
    return columns;
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    // Parquet is read in place, so a damaged page shows only here.
    const files = [...data.files, ...predictions.files];
    throw readFailure(`${data.name}, ${predictions.name}`, files, cause);
  }
};

/** Looks at the files before DuckDB does, whose words for these mistakes would not help. */
const checkedFormat = async (
  { files, format, name }: TableSource,
  key: DataKey,
): Promise<DatasetFormat> => {
  const [first] = files;
  const told =
    format ??
    (first && (datasetFormatOfPath(first.path) ?? datasetFormatOfPath(first.name))) ??
    datasetFormatOfPath(name);
  if (told === undefined)
    throw refused(key, name, {
      message: 'the format of the dataset cannot be told from its name',
      expected: `one of the extensions ${datasetExtensions.join(', ')}`,
      hint: 'Rename the file, or write it as Parquet.',
    });
  for (const file of files) await checkFile(file, key);
  return told;
};

const checkFile = async ({ path, name }: DatasetFile, key: DataKey): Promise<void> => {
  const file = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause;
    const hint = `Check ${key} in the policy.`;
    throw refused(key, name, { message: 'there is no such file', hint }, cause);
  });
  if (!file.isFile())
    throw refused(key, name, {
      message: 'this is not a file',
      expected: 'a file of Parquet, CSV, JSON Lines or Arrow IPC',
    });
  if (file.size === 0)
    throw refused(key, name, { message: 'the file is empty', expected: 'a table with rows' });
};

const refused = (
  path: DataKey,
  file: string,
  about: Omit<Fault, 'file' | 'path'>,
  cause?: unknown,
): SluiceError => faultError('invalid_data', [{ file, path, ...about }], cause);

const titles: Readonly<Record<DatasetFormat, string>> = {
  parquet: 'Parquet',
  csv: 'CSV',
  jsonl: 'JSON Lines',
  arrow: 'Arrow IPC',
};

const hints: Readonly<Record<DatasetFormat, string>> = {
  parquet: 'Write the file again: it is damaged, cut short, or something else than Parquet.',
  csv: 'Save it as UTF-8 with a line of column names and as many fields in every row.',
  jsonl: 'Write one JSON object a line, with the column names as keys.',
  arrow:
    "Write the file again: it is damaged, cut short, or compressed in a way that this Node cannot read (Zstandard before 22.15). pyarrow's write_feather takes compression='lz4'.",
};

const unreadable = (
  path: DataKey,
  name: string,
  format: DatasetFormat,
  reason: string,
  cause: unknown,
): SluiceError =>
  faultError(
    'invalid_data',
    [
      {
        file: name,
        path,
        message: `the dataset is not readable as ${titles[format]}`,
        found: reason,
        expected: `a ${titles[format]} file`,
        hint: hints[format],
      },
    ],
    cause,
  );
