import type { TableSource } from './dataset.js';
import { openSandbox } from './sandbox.js';
import { SandboxRows } from './sandbox-rows.js';
import { parquetSql } from './sql.js';

/**
 * Opens files of Parquet, which a `Dataset` has looked into, once more for a thread that reads them beside it. What such
 * a thread loads is all that it needs: with a `Dataset` and its formats, loading would take longer than a million rows
 * do.
 *
 * @param among how many read at the same time
 */
export const openParquetRows = async (
  { name, files }: TableSource,
  among: number,
  signal: AbortSignal | undefined,
): Promise<SandboxRows> => {
  signal?.throwIfAborted();
  const sandbox = await openSandbox(
    files.map(({ path }) => path),
    { among },
  );
  const rows = new SandboxRows(sandbox, signal, async (cause) => {
    const { readFailure } = await import('./read-failure.js');
    const shown = files.map((file, index) => ({
      name: file.name,
      path: sandbox.files[index] as string,
    }));
    return readFailure(name, shown, cause);
  });
  try {
    await rows.query(`CREATE VIEW data AS SELECT * FROM ${parquetSql(sandbox.files)}`);
  } catch (error) {
    await rows.close();
    throw error;
  }
  return rows;
};
