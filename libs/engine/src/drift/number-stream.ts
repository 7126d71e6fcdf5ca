import type { Dataset } from '../dataset/dataset.js';

/** Consecutive rows of some columns of numbers; NaN where there is no value. */
export interface NumberRows {
  readonly rows: number;
  readonly columns: readonly Float64Array[];
}

/** Streams SQL expressions of doubles over a relation, in the order of the file's rows unless `rest` says another. */
export async function* numberRows(
  dataset: Dataset,
  values: readonly string[],
  rest = '',
  from = 'data',
): AsyncGenerator<NumberRows> {
  const list = values.map((value) => `coalesce(${value}, 'nan'::DOUBLE)`).join(', ');
  const chunks = dataset.stream(`SELECT ${list} FROM ${from} ${rest}`);
  // DuckDB is at the next chunk while this one is looked at.
  let next = chunks.next();
  try {
    for (let chunk = await next; chunk.done !== true; chunk = await next) {
      next = chunks.next();
      next.catch(() => undefined);
      const { value } = chunk;
      const rows = value.rowCount;
      yield {
        rows,
        columns: values.map((_, index) => doublesOf(value.getColumnVector(index), rows)),
      };
    }
  } finally {
    await next.catch(() => undefined);
    await chunks.return(undefined);
  }
}

/** DuckDB's vectors of doubles are typed arrays inside; item by item takes ten times as long. */
const doublesOf = (vector: { getItem(row: number): unknown }, rows: number): Float64Array => {
  const { items } = vector as { items?: unknown };
  if (items instanceof Float64Array && items.length >= rows) return items.subarray(0, rows);
  return Float64Array.from({ length: rows }, (_, row) => vector.getItem(row) as number);
};

/**
 * A clause that draws about so many rows, the same ones at each time: with a seed, DuckDB draws in one thread and in the
 * order of the rows. Empty when there are no more than that.
 */
export const sampleSql = (rows: number, wanted: number): string =>
  rows <= wanted ? '' : `USING SAMPLE ${((100 * wanted) / rows).toFixed(6)}% (bernoulli, 42)`;
