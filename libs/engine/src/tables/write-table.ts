import { constants, copyFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import {
  datasetExtensions,
  datasetFormatOfPath,
  SluiceError,
  type DatasetFormat,
} from '@sluice/contracts';
import { Dataset, type DatasetSource } from '../dataset/dataset.js';
import { quoteName, quoteText } from '../dataset/sql.js';
import type { TableColumn, TableValues } from '../dataset/table-appender.js';

/** A column to add to a table, or to put in the place of one that has its name. */
export interface NewColumn {
  readonly name: string;
  /** One a row of the source; NaN is written as missing. Texts are of a few kinds, such as labels. */
  readonly values: Float64Array | readonly string[];
}

export interface TableChange {
  /** Of several files or with predictions beside it, the table of all its rows is written to one file. */
  readonly source: DatasetSource;
  readonly columns: readonly NewColumn[];
  /** 1 for the rows to keep; all when it is left out. */
  readonly keep?: Uint8Array;
  /** A file that must not exist; its extension tells the format. */
  readonly output: string;
}

/** Arrow is read and not written: DuckDB would need an extension from the network. */
const copyOptions: Readonly<Record<Exclude<DatasetFormat, 'arrow'>, string>> = {
  parquet: 'FORMAT parquet',
  csv: 'FORMAT csv, HEADER true',
  jsonl: 'FORMAT json',
};

/**
 * Writes a table with other or more columns to a new file, rows in the order of the source. What is there is never
 * written over, the source least of all.
 *
 * @returns the columns that are text because the source, or a part of it, is CSV; whoever reads the file again says so
 * @throws SluiceError `invalid_request` when the output exists or cannot be written, `invalid_data` when the source
 *   can't be read
 */
export const writeTable = async (
  { source, columns, keep, output }: TableChange,
  signal?: AbortSignal,
): Promise<{ readonly untyped: readonly string[] }> => {
  const format = datasetFormatOfPath(output);
  if (format === undefined)
    throw new SluiceError(
      'invalid_request',
      `The format of ${output} cannot be told from its name; use one of the extensions ${datasetExtensions.join(', ')}.`,
    );
  if (format === 'arrow')
    throw new SluiceError(
      'invalid_request',
      `${output} cannot be written as Arrow; use Parquet, CSV or JSON Lines.`,
    );
  const dataset = await Dataset.open(source, signal, { writes: true });
  try {
    const added = columns.map(addedColumn);
    await addColumns(dataset, added, keep);
    const isSame = (name: string) => (column: AddedColumn) => column.name === name;
    const fresh = added.filter(({ name }) => dataset.column(name) === undefined);
    // In the order of the source, since some models take features by position.
    const select = [
      ...dataset.columns.map(
        ({ name }) => added.find(isSame(name))?.sql ?? `data.${quoteName(name)}`,
      ),
      ...fresh.map(({ sql }) => sql),
    ];
    const draft = await dataset.copy(
      `SELECT ${select.join(', ')} FROM data POSITIONAL JOIN added WHERE added.keep = 1`,
      copyOptions[format],
    );
    await copyFile(draft, output, constants.COPYFILE_EXCL).catch((cause: unknown) => {
      throw cannotWrite(output, cause);
    });
    const kept = dataset.columns.filter(({ name }) => !added.some(isSame(name)));
    return { untyped: kept.filter(({ untyped }) => untyped).map(({ name }) => name) };
  } finally {
    await dataset.close();
  }
};

/** A new column as it is kept in the table `added`, and as it is written. */
interface AddedColumn {
  readonly name: string;
  readonly storage: TableColumn['storage'];
  readonly values: TableValues;
  readonly sql: string;
}

/** More texts than this have no code. */
const mostTexts = 2 ** 16;

const addedColumn = ({ name, values }: NewColumn, index: number): AddedColumn => {
  const kept = `added.c${index}`;
  if (values instanceof Float64Array) {
    const sql = `CASE WHEN isnan(${kept}) THEN NULL ELSE ${kept} END AS ${quoteName(name)}`;
    return { name, storage: 'float64', values, sql };
  }
  const texts = [...new Set(values)];
  if (texts.length > mostTexts)
    throw new RangeError(`The new column ${name} has ${texts.length} texts, of ${mostTexts}.`);
  const positions = new Map(texts.map((text, position) => [text, position]));
  const codes = Uint16Array.from(values, (text) => positions.get(text) as number);
  const list = `CAST([${texts.map(quoteText).join(', ')}] AS VARCHAR[])`;
  const sql = `(${list})[${kept} + 1] AS ${quoteName(name)}`;
  return { name, storage: 'code', values: codes, sql };
};

/** Rows that are added before other work, such as giving up, has its turn. */
const rowsAtOnce = 2 ** 18;

const addColumns = async (
  dataset: Dataset,
  columns: readonly AddedColumn[],
  keep: Uint8Array | undefined,
): Promise<void> => {
  const [count] = await dataset.query('SELECT count(*) AS rows FROM data');
  const rows = Number(count?.['rows']);
  const wrong = [...columns.map(({ values }) => values.length), keep?.length ?? rows].find(
    (length) => length !== rows,
  );
  if (wrong !== undefined)
    throw new RangeError(`A new column has ${wrong} values for ${rows} rows.`);
  const table = await dataset.createTable('added', [
    { name: 'keep', storage: 'uint8' },
    ...columns.map(({ storage }, index) => ({ name: `c${index}`, storage })),
  ]);
  const all: readonly TableValues[] = [
    keep ?? new Uint8Array(rows).fill(1),
    ...columns.map(({ values }) => values),
  ];
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const to = Math.min(rows, from + rowsAtOnce);
    table.append(
      to - from,
      all.map((values) => values.subarray(from, to)),
    );
    await setImmediate();
  }
  table.close();
};

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'it is there already, and nothing is written over',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'its folder is a file',
  EACCES: 'the folder may not be written to',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

const cannotWrite = (output: string, cause: unknown): SluiceError => {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new SluiceError(
    'invalid_request',
    `${output} cannot be written in ${dirname(output)}: ${reasons[code] ?? message}.`,
    { cause },
  );
};
