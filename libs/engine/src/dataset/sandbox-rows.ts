import type { DuckDBConnection, DuckDBDataChunk, Json } from '@duckdb/node-api';
import type { Sandbox } from './sandbox.js';

/** Rows of a relation `data` behind DuckDB. */
export interface Rows {
  /** The rows of a small result. Integers of 64 bits come as text. */
  query(sql: string): Promise<Record<string, Json>[]>;
  /** The chunks of a large result, in the order of the file's rows. */
  stream(sql: string): AsyncGenerator<DuckDBDataChunk>;
}

/** Statements of a row of them that are worked out at the same time: there is always one to go on with. */
const atATime = 2;

/** What a sandbox reads, until a signal says that nobody wants it any more. */
export class SandboxRows implements Rows {
  private readonly connections: DuckDBConnection[];

  /** @param failure what it means to whoever asked that a statement failed */
  constructor(
    protected readonly sandbox: Sandbox,
    private readonly signal: AbortSignal | undefined,
    private readonly failure: (cause: unknown) => Error | Promise<Error>,
  ) {
    this.connections = [sandbox.connection];
    signal?.addEventListener('abort', this.interrupt);
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

  /**
   * The chunks of several results, one result after another. Each is in memory as a whole while the next ones are worked
   * out, so that its chunks are there without waiting: whoever streams waits for each, longer than it takes to make one.
   */
  async *streamEach(statements: readonly string[]): AsyncGenerator<DuckDBDataChunk> {
    const ahead: Promise<Result>[] = [];
    const start = (index: number): void => {
      const sql = statements[index];
      if (sql === undefined) return;
      const result = this.guarded(async () => (await this.other(index % atATime)).run(sql));
      // It is awaited in its turn.
      result.catch(() => undefined);
      ahead.push(result);
    };
    for (let index = 0; index < atATime; index += 1) start(index);
    try {
      for (let next = atATime, result; (result = await ahead.shift()) !== undefined; next += 1) {
        start(next);
        // Asked once: it is counted anew each time.
        const { chunkCount } = result;
        for (let chunk = 0; chunk < chunkCount; chunk += 1) yield result.getChunk(chunk);
      }
    } finally {
      await Promise.allSettled(ahead);
    }
  }

  /** Ends the database and removes what it left on disk. */
  async close(): Promise<void> {
    this.signal?.removeEventListener('abort', this.interrupt);
    await this.sandbox.close();
  }

  protected async guarded<Found>(work: () => Promise<Found>): Promise<Found> {
    this.signal?.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      this.signal?.throwIfAborted();
      throw await this.failure(cause);
    }
  }

  private readonly interrupt = (): void => {
    for (const connection of this.connections) connection.interrupt();
  };

  /** A connection beside the first, which may be at something else. */
  private async other(index: number): Promise<DuckDBConnection> {
    while (this.connections.length <= index + 1)
      this.connections.push(await this.sandbox.connect());
    return this.connections[index + 1] as DuckDBConnection;
  }
}

type Result = Awaited<ReturnType<DuckDBConnection['run']>>;
