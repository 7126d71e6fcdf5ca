import { stat } from 'node:fs/promises';
import type { DuckDBDataChunk, Json } from '@duckdb/node-api';
import {
  type Fault,
  type SluiceError,
  datasetExtensions,
  datasetFormatOfPath,
  type DatasetFormat,
} from '@sluice/contracts';
import { faultError } from '../fault-collector.js';
import { reasonOf, shortageOf } from '../foreign-error.js';
import type { Column } from './column.js';
import type { DatasetFile } from './dataset-files.js';
import { openTable } from './open-table.js';
import { openSandbox, type Sandbox } from './sandbox.js';
import { duckdbColumns } from './sql.js';
import { TableAppender, type TableColumn } from './table-appender.js';
import { TableFault, UnreadableFile, type TableFile } from './table-file.js';
import type { Table } from './table.js';

/** Where a dataset is, and what its faults call it. */
export interface DatasetSource {
  /** In the order of their rows. */
  readonly files: readonly DatasetFile[];
  /** Needed when neither paths nor names have an extension that tells. */
  readonly format?: DatasetFormat | undefined;
  /** What the user calls all of them together; a path inside a content-addressed store would tell them nothing. */
  readonly name: string;
}

/** A table in files, open for queries against the relation `data`. */
export class Dataset implements Table {
  readonly relation = 'data';
  readonly dialect = duckdbColumns;

  private constructor(
    readonly name: string,
    readonly columns: readonly Column[],
    private readonly files: readonly TableFile[],
    private readonly sandbox: Sandbox,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.interrupt);
  }

  /** @throws SluiceError `invalid_data` if there is no such table */
  static async open(source: DatasetSource, signal?: AbortSignal): Promise<Dataset> {
    const format = await checkedFormat(source);
    signal?.throwIfAborted();
    const sandbox = await openSandbox(source.files.map(({ path }) => path));
    const files = source.files.map(({ name }, index) => ({
      name,
      path: sandbox.files[index] as string,
    }));
    // Parsing a large text file is the longest single statement there is, so it must be interruptible as well.
    const interrupt = (): void => sandbox.connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      const columns = await openTable(sandbox.connection, files, format);
      return new Dataset(source.name, columns, files, sandbox, signal);
    } catch (error) {
      await sandbox.close();
      signal?.throwIfAborted();
      if (error instanceof TableFault) throw faultError('invalid_data', [error.fault], error);
      const [name, cause] =
        error instanceof UnreadableFile
          ? [error.file.name, error.cause]
          : [source.name, error as unknown];
      throw shortageOf(cause) ?? unreadable(name, format, reasonOf(cause, ...files), cause);
    } finally {
      signal?.removeEventListener('abort', interrupt);
    }
  }

  /** The column of that very name; DuckDB alone would take `Age` for `age`. */
  column(name: string): Column | undefined {
    return this.columns.find((column) => column.name === name);
  }

  /** The rows of a small result. Integers of 64 bits come as text. */
  query(sql: string): Promise<Record<string, Json>[]> {
    return this.guarded(async () =>
      (await this.sandbox.connection.runAndReadAll(sql)).getRowObjectsJson(),
    );
  }

  /** The chunks of a large result, in the order of the file's rows. */
  async *stream(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.guarded(() => this.sandbox.connection.stream(sql));
    for (;;) {
      const chunk = await this.guarded(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /** Makes a table beside `data`, to be filled while `data` is streamed. */
  async createTable(name: string, columns: readonly TableColumn[]): Promise<TableAppender> {
    return this.guarded(async () =>
      TableAppender.create(await this.sandbox.connect(), name, columns),
    );
  }

  /** Ends the database and removes what it left on disk. */
  async close(): Promise<void> {
    this.signal?.removeEventListener('abort', this.interrupt);
    await this.sandbox.close();
  }

  private readonly interrupt = (): void => this.sandbox.connection.interrupt();

  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    this.signal?.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      this.signal?.throwIfAborted();
      // Our statements name columns that are there and convert with TRY_CAST, so what fails is the file:
      // a damaged page behind a healthy footer.
      const fault = {
        file: this.name,
        path: 'data.evaluation',
        message: 'the dataset broke off while it was being read',
        found: reasonOf(cause, ...this.files),
        hint: 'Write the file again: it is damaged, or was changed meanwhile.',
      };
      throw shortageOf(cause) ?? faultError('invalid_data', [fault], cause);
    }
  }
}

/** Looks at the files before DuckDB does, whose words for these mistakes would not help. */
const checkedFormat = async ({ files, format, name }: DatasetSource): Promise<DatasetFormat> => {
  const [first] = files;
  const told =
    format ??
    (first && (datasetFormatOfPath(first.path) ?? datasetFormatOfPath(first.name))) ??
    datasetFormatOfPath(name);
  if (told === undefined)
    throw refused(name, {
      message: 'the format of the dataset cannot be told from its name',
      expected: `one of the extensions ${datasetExtensions.join(', ')}`,
      hint: 'Rename the file, or write it as Parquet.',
    });
  for (const file of files) await checkFile(file);
  return told;
};

const checkFile = async ({ path, name }: DatasetFile): Promise<void> => {
  const file = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause;
    const hint = 'Check data.evaluation in the policy.';
    throw refused(name, { message: 'there is no such file', hint }, cause);
  });
  if (!file.isFile())
    throw refused(name, {
      message: 'this is not a file',
      expected: 'a file of Parquet, CSV, JSON Lines or Arrow IPC',
    });
  if (file.size === 0)
    throw refused(name, { message: 'the file is empty', expected: 'a table with rows' });
};

const refused = (file: string, about: Omit<Fault, 'file' | 'path'>, cause?: unknown): SluiceError =>
  faultError('invalid_data', [{ file, path: 'data.evaluation', ...about }], cause);

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
    "Write the file again: it is damaged, cut short, or compressed. pyarrow's write_feather takes compression='uncompressed'.",
};

const unreadable = (
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
        path: 'data.evaluation',
        message: `the dataset is not readable as ${titles[format]}`,
        found: reason,
        expected: `a ${titles[format]} file`,
        hint: hints[format],
      },
    ],
    cause,
  );
