import { nearestName, SluiceError, type Fault } from '@sluice/contracts';
import type { Column, ColumnKind } from '../dataset/column.js';
import { Dataset, type DatasetSource } from '../dataset/dataset.js';
import { columnNames } from '../dataset/policy-columns.js';
import { convertedSql, quoteName, textSql } from '../dataset/sql.js';
import { faultError } from '../fault-collector.js';

/** Which columns to read, and as what. */
export interface ColumnsWanted {
  /** As text, such as groups and labels; every row needs a value. */
  readonly texts?: readonly string[];
  /** As numbers; NaN where a value is missing. Text that is no number is a fault. */
  readonly numbers?: readonly string[];
}

export interface TableColumns {
  readonly rows: number;
  readonly texts: ReadonlyMap<string, readonly string[]>;
  readonly numbers: ReadonlyMap<string, Float64Array>;
  /** What every column of the table holds, whether it was read or not; `untyped` is CSV's text. */
  readonly kinds: ReadonlyMap<string, ColumnKind | 'untyped'>;
}

/**
 * Reads columns of a table whole, in the order of its rows. Of joined predictions it reads what they give the rows.
 *
 * @throws SluiceError `invalid_data` with every column that is missing, has gaps, or is of the wrong kind
 */
export const readColumns = async (
  source: DatasetSource,
  { texts = [], numbers = [] }: ColumnsWanted,
  signal?: AbortSignal,
): Promise<TableColumns> => {
  const dataset = await Dataset.open(source, signal);
  try {
    const found = {
      texts: texts.map((name) => findColumn(dataset, name)),
      numbers: numbers.map((name) => findColumn(dataset, name)),
    };
    const faults = [...found.texts, ...found.numbers].flatMap((column) =>
      'fault' in column ? [column.fault] : [],
    );
    if (faults.length > 0) throw faultError('invalid_data', faults);
    return await readAll(dataset, {
      texts: found.texts as Column[],
      numbers: found.numbers as Column[],
    });
  } finally {
    await dataset.close();
  }
};

const findColumn = (dataset: Dataset, name: string): Column | { fault: Fault } => {
  const column = dataset.column(name);
  if (column !== undefined) return column;
  const near = nearestName(
    name,
    dataset.columns.map((known) => known.name),
  );
  return {
    fault: {
      file: dataset.name,
      message: `the table has no column ${JSON.stringify(name)}`,
      expected: `one of the columns ${columnNames(dataset)}`,
      ...(near === undefined ? {} : { hint: `Did you mean ${JSON.stringify(near)}?` }),
    },
  };
};

const readAll = async (
  dataset: Dataset,
  wanted: { readonly texts: readonly Column[]; readonly numbers: readonly Column[] },
): Promise<TableColumns> => {
  await refuseGaps(dataset, wanted);
  const [count] = await dataset.query('SELECT count(*) AS rows FROM data');
  const rows = Number(count?.['rows']);
  const texts = wanted.texts.map(() => new Array<string>(rows));
  const numbers = wanted.numbers.map(() => new Float64Array(rows));
  const sql = [
    'true',
    ...wanted.texts.map((column) => textSql(column)),
    ...wanted.numbers.map((column) => `coalesce(${convertedSql(column, 'float64')}, 'nan')`),
  ];
  let row = 0;
  for await (const chunk of dataset.stream(`SELECT ${sql.join(', ')} FROM data`)) {
    if (row + chunk.rowCount > rows)
      throw new SluiceError('invalid_data', `${dataset.name} changed while it was being read.`);
    [...texts, ...numbers].forEach((target: { [index: number]: unknown }, index) => {
      const vector = chunk.getColumnVector(index + 1);
      for (let at = 0; at < chunk.rowCount; at += 1) target[row + at] = vector.getItem(at);
    });
    row += chunk.rowCount;
  }
  return {
    rows,
    texts: new Map(wanted.texts.map(({ name }, index) => [name, texts[index] as string[]])),
    numbers: new Map(
      wanted.numbers.map(({ name }, index) => [name, numbers[index] as Float64Array]),
    ),
    kinds: new Map(
      dataset.columns.map(({ name, kind, untyped }) => [name, untyped ? 'untyped' : kind]),
    ),
  };
};

/** Rows without a group or label have no place in a fit, and text that is no number must not pass for missing. */
const refuseGaps = async (
  dataset: Dataset,
  { texts, numbers }: { readonly texts: readonly Column[]; readonly numbers: readonly Column[] },
): Promise<void> => {
  const counts = [
    ...texts.map((column) => `count(*) FILTER (WHERE ${textSql(column)} IS NULL)`),
    ...numbers.map(
      (column) =>
        `count(*) FILTER (WHERE ${quoteName(column.name)} IS NOT NULL AND ${convertedSql(column, 'float64')} IS NULL)`,
    ),
  ];
  if (counts.length === 0) return;
  const [found = {}] = await dataset.query(
    `SELECT ${counts.map((sql, index) => `${sql} AS c${index}`).join(', ')} FROM data`,
  );
  const faults = [...texts, ...numbers].flatMap((column, index): Fault[] => {
    const rows = Number(found[`c${index}`]);
    if (rows === 0) return [];
    const isText = index < texts.length;
    return [
      {
        file: dataset.name,
        message: isText
          ? `the column ${JSON.stringify(column.name)} has no value in ${rows} rows`
          : `the column ${JSON.stringify(column.name)} is no number in ${rows} rows`,
        expected: isText ? 'a value in every row' : 'numbers, or nothing where they are missing',
        hint: isText
          ? 'Give these rows a value of their own, such as "unknown", or leave them out.'
          : 'Name a numeric column.',
      },
    ];
  });
  if (faults.length > 0) throw faultError('invalid_data', faults);
};
