import type { FaultCollector } from '../fault-collector.js';
import type { Column } from './column.js';
import type { Dataset } from './dataset.js';
import { convertedSql, presentSql, quoteName, type Storage } from './sql.js';
import { showValue } from './value-counts.js';
import { surveyVector } from './vector-survey.js';

/** A column that a model needs in a certain form. */
export interface NeededColumn {
  readonly column: Column;
  readonly storage: Storage;
  /** The values of each row in a column of lists; null for a column of single values. */
  readonly width: number | null;
}

const forms: Readonly<Record<Storage, string>> = {
  float32: 'a number',
  float64: 'a number',
  int32: 'a whole number of 32 bits',
  int64: 'a whole number of 64 bits',
  uint8: 'true or false',
  text: 'a text',
};

/**
 * Reports values that can't be given to a model: those that don't convert, and missing ones where there is no NaN to
 * stand for them.
 *
 * @returns for each column whose missing values the models get as NaN, how many
 */
export const surveyInputs = async (
  needed: readonly NeededColumn[],
  dataset: Dataset,
  faults: FaultCollector,
): Promise<Map<string, number>> => {
  const missing = new Map<string, number>();
  await surveySingles(
    needed.filter(({ width }) => width === null),
    dataset,
    faults,
    missing,
  );
  for (const { width, ...rest } of needed) {
    if (width === null) continue;
    const gaps = await surveyVector({ ...rest, width }, dataset, faults);
    if (gaps > 0) missing.set(rest.column.name, gaps);
  }
  return missing;
};

const surveySingles = async (
  needed: readonly NeededColumn[],
  dataset: Dataset,
  faults: FaultCollector,
  missing: Map<string, number>,
): Promise<void> => {
  if (needed.length === 0) return;
  // Counts alone, which take a fraction of the time of counts with a filter, and examples once there is a misfit.
  const figures = needed.flatMap(({ column, storage }, index) => [
    `count(*) - count(${presentSql(column)}) AS missing${index}`,
    `count(${quoteName(column.name)}) - count(${convertedSql(column, storage)}) AS misfits${index}`,
  ]);
  const [found] = await dataset.query(`SELECT ${figures.join(', ')} FROM data`);
  for (const [index, { column, storage }] of needed.entries()) {
    const name = JSON.stringify(column.name);
    const gone = Number(found?.[`missing${index}`]);
    const misfits = Number(found?.[`misfits${index}`]);
    if (misfits > 0)
      faults.data({
        path: column.name,
        message: `the column ${name} has ${misfits} values that the model cannot take`,
        found: showValue(await exampleOf(column, storage, dataset)),
        expected: `${forms[storage]} in every row`,
      });
    const hasNaN = storage === 'float32' || storage === 'float64';
    if (gone > 0 && hasNaN) missing.set(column.name, gone);
    if (gone > 0 && !hasNaN)
      faults.data({
        path: column.name,
        message: `the column ${name} has ${gone} missing values`,
        expected: `${forms[storage]} in every row, as the model takes`,
        hint: 'Fill them as was done for training; only floating-point inputs can be told that a value is missing.',
      });
  }
};

/** The first, in the order of texts, of the values that don't convert. */
const exampleOf = async (column: Column, storage: Storage, dataset: Dataset): Promise<string> => {
  const name = quoteName(column.name);
  const [found] = await dataset.query(`
    SELECT min(CAST(${name} AS VARCHAR)) AS example
    FROM data
    WHERE ${name} IS NOT NULL AND ${convertedSql(column, storage)} IS NULL`);
  return String(found?.['example']);
};
