import { DuckDBListVector } from '@duckdb/node-api';
import type { EmbeddingPolicy, Fault, Policy } from '@sluice/contracts';
import type { Dataset } from '../dataset/dataset.js';
import { columnNames } from '../dataset/policy-columns.js';
import { flatSql, vectorTypeOf } from '../dataset/vector.js';
import { usualLength } from '../dataset/vector-survey.js';
import { pairColumns, type Tables } from './drift-columns.js';
import { numberRows } from './number-stream.js';

/** Consecutive embeddings, one after another; NaN throughout where one is missing, or a part of it. */
export interface EmbeddingRows {
  readonly rows: number;
  readonly values: Float64Array;
}

/** An embedding of both tables. */
export interface PairedEmbedding {
  readonly name: string;
  readonly dimensions: number;
  readonly stream: (side: keyof Tables) => AsyncGenerator<EmbeddingRows>;
}

type Faults = Omit<Fault, 'file'>[];

/** Finds an embedding in both tables; undefined when it can't be compared, which is told to `faults`. */
export const pairEmbedding = async (
  embedding: EmbeddingPolicy,
  path: string,
  policy: Policy,
  tables: Tables,
  faults: Faults,
): Promise<PairedEmbedding | undefined> =>
  embedding.column === undefined
    ? ofColumns(embedding.name, embedding.columns ?? [], path, policy, tables, faults)
    : ofLists(embedding.name, embedding.column, `${path}.column`, tables, faults);

const ofColumns = async (
  name: string,
  components: readonly string[],
  path: string,
  policy: Policy,
  tables: Tables,
  faults: Faults,
): Promise<PairedEmbedding | undefined> => {
  const { categorical: _, ...drift } = policy.drift ?? { method: 'effect', threshold: 0.1 };
  const paired = await pairColumns(
    { ...policy, drift: { ...drift, columns: [...components] } },
    tables,
  );
  const found = paired.faults.map((fault) => ({
    ...fault,
    path: fault.path?.replace('drift.columns', `${path}.columns`) ?? path,
  }));
  faults.push(...found);
  paired.columns.forEach(({ name: column, kind }, index) => {
    if (kind !== 'numeric')
      faults.push({
        path: `${path}.columns[${index}]`,
        message: `the column ${JSON.stringify(column)} holds no numbers`,
        expected: 'numbers, of which the embedding is made',
      });
  });
  if (found.length > 0 || paired.columns.some(({ kind }) => kind !== 'numeric')) return undefined;
  const dimensions = components.length;
  return {
    name,
    dimensions,
    stream: async function* (side) {
      const values = paired.columns.map(({ plain }) => plain[side]);
      for await (const { rows, columns } of numberRows(tables[side], values)) {
        const flat = new Float64Array(rows * dimensions);
        columns.forEach((column, index) => {
          for (let row = 0; row < rows; row += 1)
            flat[row * dimensions + index] = column[row] as number;
        });
        yield { rows, values: flat };
      }
    },
  };
};

const ofLists = async (
  name: string,
  column: string,
  path: string,
  tables: Tables,
  faults: Faults,
): Promise<PairedEmbedding | undefined> => {
  const before = faults.length;
  const dimensions = await dimensionsOf(column, path, tables, faults);
  if (dimensions === undefined) return undefined;
  for (const side of ['reference', 'current'] as const)
    await surveyLists(column, dimensions, path, tables[side], faults);
  if (faults.length > before) return undefined;
  return {
    name,
    dimensions,
    stream: (side) => listRows(tables[side], column, dimensions),
  };
};

/** The length of the reference's lists; undefined when either column is not one of lists. */
const dimensionsOf = async (
  name: string,
  path: string,
  tables: Tables,
  faults: Faults,
): Promise<number | undefined> => {
  const before = faults.length;
  for (const side of ['reference', 'current'] as const) {
    const dataset = tables[side];
    const column = dataset.column(name);
    if (column === undefined)
      faults.push({
        path,
        message: `${dataset.name} has no column ${JSON.stringify(name)}`,
        expected: `one of the columns ${columnNames(dataset)}`,
      });
    else if (!['integer', 'number'].includes(vectorTypeOf(column)?.element ?? 'other'))
      faults.push({
        path,
        message: `the column ${JSON.stringify(name)} of ${dataset.name} is of the type ${column.type}`,
        found: column.type,
        expected: 'lists of numbers, all of one length',
        hint: 'Name single columns of numbers in `columns` instead of `column`.',
      });
  }
  const column = tables.reference.column(name);
  if (faults.length > before || column === undefined) return undefined;
  const length = await usualLength(column, tables.reference);
  if (length > 0) return length;
  faults.push({
    path,
    message: `the column ${JSON.stringify(name)} of ${tables.reference.name} has no list with a value`,
    expected: 'lists of numbers, all of one length',
  });
  return undefined;
};

/** Embeddings of another length are of another encoder: no figure would compare them. */
const surveyLists = async (
  name: string,
  dimensions: number,
  path: string,
  dataset: Dataset,
  faults: Faults,
): Promise<void> => {
  const flat = flatSql(listColumn(dataset, name), null);
  const [found] = await dataset.query(
    `SELECT count(*) FILTER (WHERE len(flat) <> ${dimensions}) AS misshapen, min(len(flat)) FILTER (WHERE len(flat) <> ${dimensions}) AS length FROM (SELECT ${flat} AS flat FROM data)`,
  );
  const misshapen = Number(found?.['misshapen']);
  if (misshapen === 0) return;
  faults.push({
    path,
    message: `the column ${JSON.stringify(name)} of ${dataset.name} has ${misshapen} lists of another length than most of the reference`,
    found: `a list of ${Number(found?.['length'])} values`,
    expected: `${dimensions} values in every list, or none at all`,
    hint: 'Use the same encoder for both tables.',
  });
};

const listColumn = (dataset: Dataset, name: string) => {
  const column = dataset.column(name);
  if (column === undefined) throw new TypeError(`${dataset.name} has no column ${name}.`);
  return column;
};

async function* listRows(
  dataset: Dataset,
  name: string,
  dimensions: number,
): AsyncGenerator<EmbeddingRows> {
  const flat = flatSql(listColumn(dataset, name), 'float64');
  // A list with a missing value is told by its length, which it then has not.
  const sql = `SELECT CASE WHEN list_count(flat) = ${dimensions} THEN flat ELSE [] END FROM (SELECT ${flat} AS flat FROM data)`;
  for await (const chunk of dataset.stream(sql)) {
    const vector = chunk.getColumnVector(0);
    if (!(vector instanceof DuckDBListVector)) throw new TypeError('The column is not of lists.');
    const values = new Float64Array(chunk.rowCount * dimensions).fill(NaN);
    const { childVector } = vector;
    const { items } = childVector as { items?: unknown };
    for (let row = 0; row < chunk.rowCount; row += 1) {
      if (vector.getEntryLength(row) !== dimensions) continue;
      const start = vector.getEntryOffset(row);
      // Value by value it would take ten times as long.
      if (items instanceof Float64Array)
        values.set(items.subarray(start, start + dimensions), row * dimensions);
      else
        for (let index = 0; index < dimensions; index += 1)
          values[row * dimensions + index] = childVector.getItem(start + index) as number;
    }
    yield { rows: chunk.rowCount, values };
  }
}
