import type { Fault } from '@sluice/contracts';
import type { FaultCollector } from '../fault-collector.js';
import type { Column } from './column.js';
import { convertedSql, quoteName } from './sql.js';
import type { Table } from './table.js';
import { rowsText } from './value-counts.js';

/** How far a score may stray from [0, 1]: probabilities of 32 bits that are made to sum to 1 miss it by rounding. */
export const scoreTolerance = 1e-6;

/** Whether a number can be the score of a row; NaN can't. */
export const isScore = (value: number): boolean =>
  value >= -scoreTolerance && value <= 1 + scoreTolerance;

/** A column of numbers that the policy names, and what its numbers must be. */
export interface NumberRule extends Pick<Fault, 'hint'> {
  readonly path: string;
  /** What faults call it. */
  readonly what: string;
  readonly expected: string;
  readonly lowest: number;
  readonly highest: number;
}

const scoreRule: NumberRule = {
  path: 'columns.score',
  what: 'score',
  expected: 'a number from 0 to 1',
  lowest: -scoreTolerance,
  highest: 1 + scoreTolerance,
  hint: 'Scores are probabilities of the favorable label; scale others to 0 … 1.',
};

/** Far from where a square is no number any more. */
const largestAmount = 1e100;

const weightRule: NumberRule = {
  path: 'columns.weight',
  what: 'weight',
  expected: 'a number of 0 or more',
  lowest: 0,
  highest: largestAmount,
  hint: 'Weights say how many rows a row stands for; leave out rows without one, or give them 0.',
};

const amountRule: NumberRule = {
  path: 'value.amount',
  what: 'amount',
  expected: 'a finite number',
  lowest: -largestAmount,
  highest: largestAmount,
  hint: 'Give rows without an amount 0, or leave them out.',
};

/** A column of numbers that are summed up. */
export interface SummedColumn {
  readonly column: Column;
  /** The largest absolute value. */
  readonly largest: number;
}

/** Reports a score column that holds anything but numbers from 0 to 1, with the first row that does. */
export const surveyScores = async (
  column: Column,
  dataset: Table,
  faults: FaultCollector,
  rule: Pick<NumberRule, 'path' | 'hint'> = scoreRule,
): Promise<boolean> => surveyNumbers(column, { ...scoreRule, ...rule }, dataset, faults);

/** Reports weights that are missing, negative or not finite, and weights that are all 0. */
export const surveyWeights = async (
  column: Column,
  dataset: Table,
  faults: FaultCollector,
): Promise<SummedColumn | undefined> => {
  if (!(await surveyNumbers(column, weightRule, dataset, faults))) return undefined;
  const largest = await largestOf(column, dataset);
  if (largest > 0) return { column, largest };
  faults.data({
    path: weightRule.path,
    message: `the weights ${JSON.stringify(column.name)} are all 0`,
    expected: 'a weight above 0 in at least one row',
  });
  return undefined;
};

/** Reports amounts that are missing or not finite. */
export const surveyAmounts = async (
  column: Column,
  dataset: Table,
  faults: FaultCollector,
): Promise<SummedColumn | undefined> => {
  if (!(await surveyNumbers(column, amountRule, dataset, faults))) return undefined;
  return { column, largest: await largestOf(column, dataset) };
};

const largestOf = async (column: Column, dataset: Table): Promise<number> => {
  // Of the values, never of what a file says of them: a wrong maximum would make sums overflow.
  const number = `abs(${convertedSql(column, 'float64')} + 0)`;
  const [found] = await dataset.query(`SELECT max(${number}) AS largest FROM ${dataset.relation}`);
  return Number(found?.['largest']);
};

/** Whether all rows have such a number; those that don't are reported. */
export const surveyNumbers = async (
  column: Column,
  rule: NumberRule,
  dataset: Table,
  faults: FaultCollector,
): Promise<boolean> => {
  const { path, what, expected, hint } = rule;
  const name = JSON.stringify(column.name);
  if (!column.untyped && column.kind !== 'number' && column.kind !== 'integer') {
    faults.data({
      path,
      message: `the ${what} ${name} is no number`,
      found: column.type,
      expected,
    });
    return false;
  }
  const number = convertedSql(column, 'float64');
  // NaN is larger than any number in DuckDB and no number's equal in Trino, and so out of range in both.
  const fits = `number BETWEEN ${rule.lowest} AND ${rule.highest}`;
  // Not count(*) FILTER, which takes three times as long.
  const [found] = await dataset.query(`
    SELECT count(*) - count(CASE WHEN ${fits} THEN 1 END) AS misfits
    FROM (SELECT ${number} AS number FROM ${dataset.relation})`);
  const misfits = Number(found?.['misfits']);
  if (misfits === 0) return true;
  // Only now, since numbering rows costs more than all the rest.
  const { rowNumber } = dataset.dialect;
  const [first] = await dataset.query(`
    SELECT "row", "text"
    FROM (
      SELECT
        ${rowNumber ?? '0'} AS "row",
        CAST(${quoteName(column.name)} AS VARCHAR) AS "text",
        ${number} AS number
      FROM ${dataset.relation}
    )
    WHERE NOT coalesce(${fits}, false)
    ORDER BY "row", "text"
    LIMIT 1`);
  const others = misfits - 1;
  const where =
    rowNumber === null
      ? rowsText(misfits)
      : `row ${String(first?.['row'])}${others > 0 ? ` and ${others} more` : ''}`;
  faults.data({
    path,
    message: `the ${what} ${name} is not ${expected} in ${where}`,
    found: first?.['text'] == null ? 'no value' : String(first['text']),
    expected,
    ...(hint !== undefined && { hint }),
  });
  return false;
};
