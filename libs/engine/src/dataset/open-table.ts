import type { DatasetFormat } from '@sluice/contracts';
import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { columnOf, type Column } from './column.js';

import { quoteText } from './sql.js';

/**
 * Makes a file the relation `data` and returns its columns.
 *
 * Parquet is read in place, column by column. Text would be parsed again by every query, so it becomes a table once.
 */
export const openTable = async (
  connection: DuckDBConnection,
  file: string,
  format: DatasetFormat,
): Promise<readonly Column[]> => {
  const reader = await readers[format](connection, quoteText(file), file);
  const relation = format === 'parquet' ? 'VIEW' : 'TABLE';
  await connection.run(`CREATE ${relation} data AS SELECT * FROM ${reader}`);
  const columns = await describe(connection, 'data');
  return columns.map(({ name, type }) => columnOf(name, type, format === 'csv'));
};

/** Makes the SQL that reads a file, given as a literal and as the path that it stands for. */
type Reader = (connection: DuckDBConnection, file: string, path: string) => Promise<string>;

const readers: Record<DatasetFormat, Reader> = {
  parquet: async (_connection, file) => `read_parquet(${file}, hive_partitioning = false)`,

  // DuckDB would guess types and dialect from the first rows, and a row of too many fields would make it guess that
  // there is one column. Types are what values are needed as, and the delimiter is that of the header.
  csv: async (_connection, file, path) => {
    const dialect = `delim = ${quoteText(await delimiterOf(path))}, quote = '"', escape = '"', comment = '', skip = 0`;
    return `read_csv(${file}, header = true, all_varchar = true, ${dialect}, compression = 'none', hive_partitioning = false)`;
  },

  jsonl: async (connection, file) => {
    const options = `format = 'newline_delimited', records = true, sample_size = -1, map_inference_threshold = -1, compression = 'uncompressed', hive_partitioning = false`;
    const guessed = await describe(connection, `read_json(${file}, ${options})`);
    const types = guessed.map(({ name, type }) => `${quoteText(name)}: '${jsonType(type)}'`);
    return `read_json(${file}, ${options}, columns = {${types.join(', ')}})`;
  },
};

/** The most frequent of the usual delimiters in the header, quoted names aside; a comma when there is none. */
const delimiterOf = async (path: string): Promise<string> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(longestHeader) });
    const text = buffer.toString('utf8', 0, bytesRead).replaceAll(/"(?:[^"]|"")*"/g, '');
    const [header = ''] = text.split(/[\r\n]/, 1);
    const count = (delimiter: string): number => header.split(delimiter).length;
    return [',', ';', '\t', '|'].toSorted((a, b) => count(b) - count(a))[0] as string;
  } finally {
    await file.close();
  }
};

const longestHeader = 256 * 1024;

/** JSON has no dates, so a text that looks like one stays the text it is. */
const jsonType = (type: string): string => {
  if (/^(U?(BIG|HUGE)INT|DOUBLE|BOOLEAN|JSON)$/.test(type)) return type;
  // Lists of numbers, however deep, are tensors.
  if (/^(U?(BIG|HUGE)INT|DOUBLE|BOOLEAN)(\[\])+$/.test(type)) return type;
  return /[[(]/.test(type) ? 'JSON' : 'VARCHAR';
};

const describe = async (
  connection: DuckDBConnection,
  relation: string,
): Promise<{ name: string; type: string }[]> => {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
  return described
    .getRowObjectsJson()
    .map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
};
