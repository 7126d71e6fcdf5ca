import type { DuckDBDataChunk, Json } from '@duckdb/node-api';
import type { TableSource } from './dataset.js';
import { openSandbox, type Sandbox } from './sandbox.js';
import { parquetSql } from './sql.js';

/** Rows of a relation `data` behind DuckDB. */
export interface Rows {
  /** The rows of a small result. Integers of 64 bits come as text. */
  query(sql: string): Promise<Record<string, Json>[]>;
  /** The chunks of a large result, in the order of the file's rows. */
  stream(sql: string): AsyncGenerator<DuckDBDataChunk>;
}

/**
 * Files of Parquet that a `Dataset` has looked into, opened once more for a thread that reads them beside it. What such a
 * thread loads is all that it needs: with a `Dataset` and its formats, loading would take longer than a million rows do.
 */
export class ParquetRows implements Rows {
  private constructor(
    private readonly source: TableSource,
    private readonly sandbox: Sandbox,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.interrupt);
  }

  /** @param among how many read at the same time */
  static async open(
    source: TableSource,
    among: number,
    signal: AbortSignal | undefined,
  ): Promise<ParquetRows> {
    signal?.throwIfAborted();
    const sandbox = await openSandbox(
      source.files.map(({ path }) => path),
      { among },
    );
    const rows = new ParquetRows(source, sandbox, signal);
    try {
      await rows.guarded(() =>
        sandbox.connection.run(`CREATE VIEW data AS SELECT * FROM ${parquetSql(sandbox.files)}`),
      );
    } catch (error) {
      await rows.close();
      throw error;
    }
    return rows;
  }

  query(sql: string): Promise<Record<string, Json>[]> {
    return this.guarded(async () =>
      (await this.sandbox.connection.runAndReadAll(sql)).getRowObjectsJson(),
    );
  }

  async *stream(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.guarded(() => this.sandbox.connection.stream(sql));
    for (;;) {
      const chunk = await this.guarded(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

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
      const { name, files } = this.source;
      const { readFailure } = await import('./read-failure.js');
      const shown = files.map((file, index) => ({
        name: file.name,
        path: this.sandbox.files[index] as string,
      }));
      throw readFailure(name, shown, cause);
    }
  }
}
