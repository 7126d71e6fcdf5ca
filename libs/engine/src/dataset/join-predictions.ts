import type { DuckDBConnection } from '@duckdb/node-api';
import { nearestName, type Fault } from '@sluice/contracts';
import { faultError } from '../fault-collector.js';
import type { Column } from './column.js';
import { quoteName, textSql } from './sql.js';

/** One side of the join, as it was opened. */
export interface JoinedTable {
  /** What the user calls it. */
  readonly name: string;
  /** The relation that holds its rows. */
  readonly relation: string;
  readonly columns: readonly Column[];
}

/** The columns that a policy names of a predictions file. */
export interface PredictionColumns {
  readonly key: string;
  readonly score: string | undefined;
  readonly prediction: string | undefined;
  /** Of several classes: the column of each. */
  readonly scores?: Readonly<Record<string, string>> | undefined;
}

/**
 * Makes the table `data`: the rows of the evaluation data in their order, with the score and the prediction of the
 * row of the predictions that has the same key. A column of the data that has the name of one of these is left out.
 *
 * Keys are compared as text, so that 17 of CSV is 17 of Parquet. Every row has to find its one partner: a row that
 * is left out, or counted twice, would change what the verdict is about.
 *
 * @throws SluiceError `invalid_data` with all that is wrong with the keys of both, counted, with an example each
 */
export const joinPredictions = async (
  connection: DuckDBConnection,
  data: JoinedTable,
  predictions: JoinedTable,
  wanted: PredictionColumns,
): Promise<readonly Column[]> => {
  const faults: Fault[] = [];
  const find = (table: JoinedTable, name: string, path: string): Column | undefined => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (column === undefined) faults.push(missingColumn(table, name, path));
    return column;
  };
  const dataKey = find(data, wanted.key, 'columns.key');
  const predictionKey = find(predictions, wanted.key, 'columns.key');
  const { score, prediction, scores = {} } = wanted;
  const named = Object.entries({
    ...(score !== undefined && { score }),
    ...(prediction !== undefined && { prediction }),
    ...Object.fromEntries(Object.entries(scores).map(([of, column]) => [`scores.${of}`, column])),
  });
  const found = named.flatMap(([role, name]) => find(predictions, name, `columns.${role}`) ?? []);
  const taken = [...new Set(found)];
  for (const [table, key] of [
    [data, dataKey],
    [predictions, predictionKey],
  ] as const)
    if (key?.kind === 'other') faults.push(unfitKey(table, key));
  if (faults.length > 0 || dataKey === undefined || predictionKey === undefined)
    throw faultError('invalid_data', faults);

  const sides = [
    { ...data, key: textSql(dataKey) },
    { ...predictions, key: textSql(predictionKey) },
  ] as const;
  const wrong = await faultsOfKeys(connection, sides, wanted.key);
  if (wrong.length > 0) throw faultError('invalid_data', wrong);

  // DuckDB takes `Age` for `age`, so names are the same without regard to case.
  const replaced = new Set(taken.map(({ name }) => name.toLowerCase()));
  const kept = data.columns.filter(({ name }) => !replaced.has(name.toLowerCase()));
  const [left, right] = sides;
  const list = (columns: readonly Column[]): string[] => columns.map(({ name }) => quoteName(name));
  // A join gives rows in any order, and the position of a row is made where the order is still that of the files.
  await connection.run(`
    CREATE TABLE data AS
    WITH numbered AS (SELECT *, ${left.key} AS "\u0001key", row_number() OVER () AS "\u0001row" FROM ${left.relation}),
      keyed AS (SELECT ${['"\u0001key"', ...list(taken)].join(', ')} FROM (SELECT *, ${right.key} AS "\u0001key" FROM ${right.relation}))
    SELECT ${[...list(kept).map((name) => `numbered.${name}`), ...list(taken).map((name) => `keyed.${name}`)].join(', ')}
    FROM numbered JOIN keyed ON numbered."\u0001key" = keyed."\u0001key"
    ORDER BY numbered."\u0001row"`);
  return [...kept, ...taken];
};

type Side = JoinedTable & { readonly key: string };

const faultsOfKeys = async (
  connection: DuckDBConnection,
  sides: readonly [Side, Side],
  name: string,
): Promise<Fault[]> => {
  const faults: Fault[] = [];
  for (const side of sides) faults.push(...(await faultsWithin(connection, side, name)));
  const [data, predictions] = sides;
  const alone = [
    [data, predictions, 'have no prediction', 'Write a prediction for every row of the data.'],
    [predictions, data, 'are of no row of the data', 'Leave them out, or evaluate all their rows.'],
  ] as const;
  for (const [mine, other, what, hint] of alone) {
    const { rows, example } = await one(
      connection,
      `SELECT count(*) AS rows, min(k) AS example FROM (SELECT ${mine.key} AS k FROM ${mine.relation}) AS mine
       WHERE k IS NOT NULL AND NOT EXISTS
         (SELECT 1 FROM (SELECT ${other.key} AS k FROM ${other.relation}) AS other WHERE other.k = mine.k)`,
    );
    if (rows > 0)
      faults.push({
        file: mine.name,
        path: 'columns.key',
        message: `${rowsText(rows)} ${what}`,
        found: `such as the key ${shown(example)}, which ${other.name} doesn't have`,
        expected: `the same values of ${JSON.stringify(name)} in both files`,
        hint: `${hint} Keys are compared as text: 7 is neither 007 nor 7.0.`,
      });
  }
  return faults;
};

/** Keys of one file that name no row, or several. */
const faultsWithin = async (
  connection: DuckDBConnection,
  { name: file, relation, key }: Side,
  name: string,
): Promise<Fault[]> => {
  const faults: Fault[] = [];
  const column = JSON.stringify(name);
  const missing = await one(
    connection,
    `SELECT count(*) AS rows, min(position) AS example
     FROM (SELECT ${key} AS k, row_number() OVER () AS position FROM ${relation}) WHERE k IS NULL`,
  );
  if (missing.rows > 0)
    faults.push({
      file,
      path: 'columns.key',
      message: `the key ${column} is missing in ${rowsText(missing.rows)}`,
      found: `none in row ${missing.example}`,
      expected: 'a key in every row',
      hint: 'Give every row a key of its own.',
    });
  const twice = await one(
    connection,
    `SELECT count(*) AS rows, min(k) AS example
     FROM (SELECT ${key} AS k FROM ${relation} GROUP BY 1 HAVING count(*) > 1 AND k IS NOT NULL)`,
  );
  if (twice.rows > 0)
    faults.push({
      file,
      path: 'columns.key',
      message: `${twice.rows === 1 ? '1 key occurs' : `${twice.rows} keys occur`} in several rows`,
      found: `such as ${shown(twice.example)}`,
      expected: `each value of ${column} once`,
      hint: 'Name a column, or make one, that tells all rows apart.',
    });
  return faults;
};

const one = async (
  connection: DuckDBConnection,
  sql: string,
): Promise<{ rows: number; example: string }> => {
  const [row] = (await connection.runAndReadAll(sql)).getRowObjectsJson();
  return { rows: Number(row?.['rows']), example: String(row?.['example']) };
};

const missingColumn = ({ name: file, columns }: JoinedTable, name: string, path: string): Fault => {
  const names = columns.map((column) => column.name);
  const near = nearestName(name, names);
  return {
    file,
    path,
    message: `the file has no column ${JSON.stringify(name)}`,
    expected: `one of the columns ${names.slice(0, 40).join(', ')}`,
    hint:
      near === undefined
        ? 'With data.predictions, both files have the key, and the predictions have the score and the prediction.'
        : `Did you mean ${JSON.stringify(near)}?`,
  };
};

const unfitKey = ({ name: file }: JoinedTable, { name, type }: Column): Fault => ({
  file,
  path: 'columns.key',
  message: `the key ${JSON.stringify(name)} is of a type that keys are not compared by`,
  found: type,
  expected: 'a column of texts, numbers or booleans',
  hint: 'Write it as text, in both files in the same way.',
});

const shown = (text: string): string =>
  JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);

const rowsText = (rows: number): string => (rows === 1 ? '1 row' : `${rows} rows`);
