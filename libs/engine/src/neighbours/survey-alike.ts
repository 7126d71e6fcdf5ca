import type { Column } from '../dataset/column.js';
import type { PolicyColumns } from '../dataset/policy-columns.js';
import { convertedSql, presentSql, quoteName, textSql } from '../dataset/sql.js';
import type { Table } from '../dataset/table.js';
import { countValues, listValues, rowsText } from '../dataset/value-counts.js';
import type { FaultCollector } from '../fault-collector.js';

/** A column by which rows are alike: numbers, or positions among texts each of which is 0 or 1. */
export type AlikeColumn =
  | { readonly kind: 'number'; readonly sql: string }
  | { readonly kind: 'text'; readonly sql: string; readonly values: readonly string[] };

/** More texts than this are an identifier, by which no row is like another. */
const mostTexts = 100;

/**
 * Looks over the columns that tell which rows are alike. Text of CSV is numbers when all of it is. What has no distance
 * becomes faults: missing and infinite values, too many texts, and lists.
 */
export const surveyAlike = async (
  columns: PolicyColumns['alike'],
  dataset: Table,
  faults: FaultCollector,
): Promise<AlikeColumn[]> => {
  const found: AlikeColumn[] = [];
  for (const { column, path } of columns) {
    const kind = await kindOf(column, dataset);
    if (kind === 'other') {
      faults.data({
        path,
        message: `rows cannot be alike by the column ${JSON.stringify(column.name)}, which is of the type ${column.type}`,
        found: column.type,
        expected: 'numbers, texts or true and false',
      });
      continue;
    }
    const surveyed =
      kind === 'number'
        ? await surveyNumbers(column, path, dataset, faults)
        : await surveyTexts(column, path, dataset, faults);
    if (surveyed !== null) found.push(surveyed);
  }
  return found;
};

const kindOf = async (column: Column, dataset: Table): Promise<'number' | 'text' | 'other'> => {
  if (column.kind === 'integer' || column.kind === 'number') return 'number';
  if (!column.untyped) return column.kind === 'other' ? 'other' : 'text';
  const name = quoteName(column.name);
  const [counts] = await dataset.query(
    `SELECT count(${name}) AS "values", count(${convertedSql(column, 'float64')}) AS "numbers" FROM ${dataset.relation}`,
  );
  return counts?.['values'] === counts?.['numbers'] ? 'number' : 'text';
};

const surveyNumbers = async (
  column: Column,
  path: string,
  dataset: Table,
  faults: FaultCollector,
): Promise<AlikeColumn | null> => {
  const number = convertedSql(column, 'float64');
  const [counts] = await dataset.query(
    `SELECT count(*) - count(CASE WHEN isfinite(${number}) THEN 1 END) AS "unfit", count(*) - count(${presentSql(column)}) AS "missing" FROM ${dataset.relation}`,
  );
  const [unfit, missing] = [Number(counts?.['unfit']), Number(counts?.['missing'])];
  if (unfit === 0) return { kind: 'number', sql: number };
  faults.data({
    path,
    message: `the column ${JSON.stringify(column.name)}, by which rows are alike, has no finite number in ${rowsText(unfit)}`,
    found: missing === unfit ? `${missing} missing values` : `${missing} of these are missing`,
    expected: 'a finite number in every row',
    hint: 'Nobody knows how far a missing value is from another: fill it as was done for training, or name other columns.',
  });
  return null;
};

const surveyTexts = async (
  column: Column,
  path: string,
  dataset: Table,
  faults: FaultCollector,
): Promise<AlikeColumn | null> => {
  const name = JSON.stringify(column.name);
  const counts = await countValues(dataset, column, mostTexts);
  if (counts.missing > 0)
    faults.data({
      path,
      message: `the column ${name}, by which rows are alike, is missing in ${rowsText(counts.missing)}`,
      expected: 'a value in every row',
      hint: 'Give these rows a value of their own, such as "unknown", or name other columns.',
    });
  if (counts.distinct > mostTexts)
    faults.data({
      path,
      message: `the column ${name}, by which rows are alike, has ${counts.distinct} texts`,
      found: listValues(counts),
      expected: `numbers, or at most ${mostTexts} texts`,
      hint: 'Is it an identifier or free text? Name other columns.',
    });
  if (counts.missing > 0 || counts.distinct > mostTexts) return null;
  return {
    kind: 'text',
    sql: textSql(column),
    values: counts.values.map(({ text }) => text).sort(),
  };
};
