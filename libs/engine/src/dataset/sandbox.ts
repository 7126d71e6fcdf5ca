import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from './sql.js';

// Imported, it would load in twice the time: Node parses CommonJS once more for the names that it exports.
const { DuckDBInstance } = createRequire(import.meta.url)(
  '@duckdb/node-api',
) as typeof import('@duckdb/node-api');

/**
 * A DuckDB that can read the files of one table and nothing else, and write a draft of another if it is told to: no
 * other path, no network, no extension beyond the built-in ones,
 * with its configuration locked. Data larger than memory spills to a temporary folder, which goes when it closes.
 */
export interface Sandbox {
  readonly connection: DuckDBConnection;
  /** The paths under which the connection finds the files, in the order given. */
  readonly files: readonly string[];
  /** Another connection to the same tables: a result that is still streamed ends when its connection does something else. */
  connect(): Promise<DuckDBConnection>;
  /** The one path that the connection may write to, if it may at all: inside a folder that goes when it closes. */
  readonly output: string;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** Whether the connection may write to `output`. */
  readonly writes?: boolean;
  /** How many sandboxes work at the same time: each takes its part of the processors and of the memory. */
  readonly among?: number | undefined;
}

export const openSandbox = async (
  paths: readonly string[],
  { writes = false, among = 1 }: SandboxOptions = {},
): Promise<Sandbox> => {
  const folder = await mkdtemp(join(tmpdir(), `sluice-engine-${process.pid}-`));
  const undo: (() => unknown)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    const files = await linkInto(folder, paths);
    const instance = await DuckDBInstance.create(':memory:', await configuration(folder, among));
    undo.push(() => instance.closeSync());
    const connect = async (): Promise<DuckDBConnection> => {
      const opened = await instance.connect();
      undo.push(() => opened.closeSync());
      return opened;
    };
    const connection = await connect();
    const output = join(folder, 'output');
    await lockDown(connection, writes ? [...files, output] : files);
    return { connection, connect, files, output, close };
  } catch (error) {
    await close();
    throw error;
  }
};

/**
 * Links of harmless names. Under its own name a file could be read as a pattern (`*`, `?`, `[`), as a URL or
 * for its partitions (`year=2024/`), and DuckDB has no way to say that it is none of these.
 */
const linkInto = async (folder: string, paths: readonly string[]): Promise<string[]> => {
  const links: string[] = [];
  for (const [index, path] of paths.entries()) {
    const link = join(folder, `data${String(index).padStart(6, '0')}`);
    await symlink(resolve(path), link, 'file');
    links.push(link);
  }
  return links;
};

const configuration = async (folder: string, among: number): Promise<Record<string, string>> => {
  const spill = join(folder, 'spill');
  await mkdir(spill);
  return {
    threads: String(Math.max(1, Math.floor(Math.min(4, availableParallelism()) / among))),
    memory_limit: `${Math.max(128, Math.floor(memoryLimit() / among))}MiB`,
    temp_directory: spill,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  };
};

/** A quarter of what the machine or its container has, from 256 MiB to 4 GiB: models and scores need room too. */
const memoryLimit = (): number => {
  const container = process.constrainedMemory() || Infinity;
  const quarter = Math.floor(Math.min(totalmem(), container) / 4 / 1024 ** 2);
  return Math.min(4096, Math.max(256, quarter));
};

const lockDown = async (connection: DuckDBConnection, files: readonly string[]): Promise<void> => {
  await connection.run(`SET allowed_paths = [${files.map(quoteText).join(', ')}]`);
  // Threads that hand over little of a streamed result at a time wait for each other.
  await connection.run("SET streaming_buffer_size = '16MB'");
  await connection.run('SET parquet_metadata_cache = true');
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
};
