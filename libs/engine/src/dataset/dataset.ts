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
import { openTable } from './open-table.js';
import { openSandbox, type Sandbox } from './sandbox.js';

/** Where a dataset is, and what its faults call it. */
export interface DatasetSource {
  readonly path: string;
  /** Needed when neither the path nor the name has an extension that tells. */
  readonly format?: DatasetFormat | undefined;
  /** The name that the user knows; a path inside a content-addressed store would tell them nothing. */
  readonly name: string;
}

/** A table, open for queries against the relation `data`. */
export class Dataset {
  private constructor(
    readonly name: string,
    readonly columns: readonly Column[],
    private readonly sandbox: Sandbox,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.interrupt);
  }

  /** @throws SluiceError `invalid_data` if there is no such table */
  static async open(source: DatasetSource, signal?: AbortSignal): Promise<Dataset> {
    const format = await checkedFormat(source);
    signal?.throwIfAborted();
    const sandbox = await openSandbox(source.path);
    // Parsing a large text file is the longest single statement there is, so it must be interruptible as well.
    const interrupt = (): void => sandbox.connection.interrupt();
    signal?.addEventListener('abort', interrupt);
    try {
      const columns = await openTable(sandbox.connection, sandbox.file, format);
      return new Dataset(source.name, columns, sandbox, signal);
    } catch (cause) {
      await sandbox.close();
      signal?.throwIfAborted();
      const reason = reasonOf(cause, sandbox.file, source.name);
      throw shortageOf(cause) ?? unreadable(source.name, format, reason, cause);
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
        found: reasonOf(cause, this.sandbox.file, this.name),
        hint: 'Write the file again: it is damaged, or was changed meanwhile.',
      };
      throw shortageOf(cause) ?? faultError('invalid_data', [fault], cause);
    }
  }
}

/** Looks at the file before DuckDB does, whose words for these mistakes would not help. */
const checkedFormat = async (source: DatasetSource): Promise<DatasetFormat> => {
  const refused = (about: Omit<Fault, 'file' | 'path'>, cause?: unknown): SluiceError =>
    faultError('invalid_data', [{ file: source.name, path: 'data.evaluation', ...about }], cause);
  const format =
    source.format ?? datasetFormatOfPath(source.path) ?? datasetFormatOfPath(source.name);
  if (format === undefined)
    throw refused({
      message: 'the format of the dataset cannot be told from its name',
      expected: `one of the extensions ${datasetExtensions.join(', ')}`,
      hint: 'Rename the file, or write it as Parquet.',
    });
  const file = await stat(source.path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause;
    const hint = 'Check data.evaluation in the policy.';
    throw refused({ message: 'there is no such file', hint }, cause);
  });
  if (!file.isFile())
    throw refused({
      message: 'this is not a file',
      expected: 'one Parquet, CSV or JSON Lines file',
    });
  if (file.size === 0)
    throw refused({ message: 'the file is empty', expected: 'a table with rows' });
  return format;
};

const titles: Readonly<Record<DatasetFormat, string>> = {
  parquet: 'Parquet',
  csv: 'CSV',
  jsonl: 'JSON Lines',
};

const hints: Readonly<Record<DatasetFormat, string>> = {
  parquet: 'Write the file again: it is damaged, cut short, or something else than Parquet.',
  csv: 'Save it as UTF-8 with a line of column names and as many fields in every row.',
  jsonl: 'Write one JSON object a line, with the column names as keys.',
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
