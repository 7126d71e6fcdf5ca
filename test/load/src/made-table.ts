import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connected } from './duckdb-connection.js';

/**
 * A Parquet file of what a query selects, made once and kept for the next run.
 *
 * @param select takes hash() and not random(), so that the table is the same on every machine
 * @returns the path
 */
export const madeTable = async (path: string, select: string): Promise<string> => {
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  await connected((connection) =>
    connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet, COMPRESSION zstd)`),
  );
  return path;
};
