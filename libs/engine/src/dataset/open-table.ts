import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DatasetFormat } from '@sluice/contracts';
import { loadArrow } from './arrow-table.js';
import { columnOf, type Column } from './column.js';
import { parquetSql, quoteText } from './sql.js';
import {
  assertSameColumns,
  naming,
  type Alike,
  type Described,
  type TableFile,
} from './table-file.js';

/**
 * Makes files of one format, with the same columns, a relation and returns its columns.
 *
 * Parquet is read in place, column by column. Text would be parsed again by every query, so it becomes a table once.
 *
 * @throws TableFault or UnreadableFile
 */
export const openTable = async (
  connection: DuckDBConnection,
  files: readonly TableFile[],
  format: DatasetFormat,
  relation: Relation = 'data',
): Promise<readonly Column[]> => {
  await tables[format](connection, files, relation);
  const columns = await describe(connection, relation);
  return columns.map(({ name, type }) => columnOf(name, type, format === 'csv'));
};

/** `data` is what is read; the others are what it is joined from. */
export type Relation = 'data' | 'data_alone' | 'predictions';

type OpenFiles = (
  connection: DuckDBConnection,
  files: readonly TableFile[],
  relation: Relation,
) => Promise<void>;

const openParquet: OpenFiles = async (connection, files, relation) => {
  const reader = (of: readonly TableFile[]): string => parquetSql(of.map(({ path }) => path));
  await describeAlike(connection, files, (file) => reader([file]));
  await connection.run(`CREATE VIEW ${relation} AS SELECT * FROM ${reader(files)}`);
};

/**
 * DuckDB would guess types and dialect from the first rows, and a row of too many fields would make it guess that
 * there is one column. Types are what values are needed as, and the delimiter is that of each file's header.
 */
const openCsv: OpenFiles = async (connection, files, relation) => {
  const readers = new Map<TableFile, string>();
  for (const file of files) {
    const dialect = `delim = ${quoteText(await delimiterOf(file.path))}, quote = '"', escape = '"', comment = '', skip = 0`;
    readers.set(
      file,
      `read_csv(${quoteText(file.path)}, header = true, all_varchar = true, ${dialect}, compression = 'none', hive_partitioning = false)`,
    );
  }
  const reader = (file: TableFile): string => readers.get(file) as string;
  await describeAlike(connection, files, reader);
  await fillTable(connection, files, relation, reader);
};

const openJsonLines: OpenFiles = async (connection, files, relation) => {
  const options = `format = 'newline_delimited', records = true, sample_size = -1, map_inference_threshold = -1, compression = 'uncompressed', hive_partitioning = false`;
  // Types are guessed from all files together: a column of whole numbers in one may have fractions in another.
  if (files.length > 1)
    await describeAlike(
      connection,
      files,
      (file) => `read_json(${listOf([file])}, ${options})`,
      'names',
    );
  const guessed = await describe(connection, `read_json(${listOf(files)}, ${options})`);
  const types = guessed.map(({ name, type }) => `${quoteText(name)}: '${jsonType(type)}'`);
  await fillTable(
    connection,
    files,
    relation,
    (file) => `read_json(${listOf([file])}, ${options}, columns = {${types.join(', ')}})`,
  );
};

const tables: Record<DatasetFormat, OpenFiles> = {
  parquet: openParquet,
  csv: openCsv,
  jsonl: openJsonLines,
  arrow: loadArrow,
};

const listOf = (files: readonly TableFile[]): string =>
  `[${files.map(({ path }) => quoteText(path)).join(', ')}]`;

/** Makes the table of the rows of all files, one after another. */
const fillTable = async (
  connection: DuckDBConnection,
  files: readonly TableFile[],
  relation: Relation,
  reader: (file: TableFile) => string,
): Promise<void> => {
  for (const [index, file] of files.entries())
    await naming(file, () =>
      connection.run(
        index === 0
          ? `CREATE TABLE ${relation} AS SELECT * FROM ${reader(file)}`
          : `INSERT INTO ${relation} BY NAME SELECT * FROM ${reader(file)}`,
      ),
    );
};

/** Looks at the columns of each file, which must be those of the first, in any order. */
const describeAlike = async (
  connection: DuckDBConnection,
  files: readonly TableFile[],
  reader: (file: TableFile) => string,
  alike: Alike = 'names and types',
): Promise<void> => {
  let first: { file: TableFile; columns: Described[] } | undefined;
  for (const file of files) {
    const columns = await naming(file, () => describe(connection, reader(file)));
    first ??= { file, columns };
    assertSameColumns(first, { file, columns }, alike);
  }
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

const describe = async (connection: DuckDBConnection, relation: string): Promise<Described[]> => {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${relation}`);
  return described
    .getRowObjectsJson()
    .map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
};
