import type { FaultCollector } from '../fault-collector.js';
import type { Column } from './column.js';
import type { Dataset } from './dataset.js';
import { convertedSql, quoteName } from './sql.js';

/** How far a score may stray from [0, 1]: probabilities of 32 bits that are made to sum to 1 miss it by rounding. */
export const scoreTolerance = 1e-6;

/** Whether a number can be the score of a row; NaN can't. */
export const isScore = (value: number): boolean =>
  value >= -scoreTolerance && value <= 1 + scoreTolerance;

/** Reports a score column that holds anything but numbers from 0 to 1, with the first row that does. */
export const surveyScores = async (
  column: Column,
  dataset: Dataset,
  faults: FaultCollector,
): Promise<void> => {
  const path = 'columns.score';
  const name = JSON.stringify(column.name);
  const expected = 'a number from 0 to 1';
  if (!column.untyped && column.kind !== 'number' && column.kind !== 'integer') {
    faults.data({ path, message: `the score ${name} is no number`, found: column.type, expected });
    return;
  }
  const [first] = await dataset.query(`
    SELECT row, text, count(*) OVER () AS rows
    FROM (
      SELECT
        row_number() OVER () AS row,
        CAST(${quoteName(column.name)} AS VARCHAR) AS text,
        ${convertedSql(column, 'float64')} AS score
      FROM data
    )
    WHERE score IS NULL OR isnan(score)
      OR score < ${-scoreTolerance} OR score > ${1 + scoreTolerance}
    ORDER BY row
    LIMIT 1`);
  if (first === undefined) return;
  const others = Number(first['rows']) - 1;
  faults.data({
    path,
    message: `the score ${name} is not ${expected} in row ${String(first['row'])}${others > 0 ? ` and ${others} more` : ''}`,
    found: first['text'] === null ? 'no value' : String(first['text']),
    expected,
    hint: 'Scores are probabilities of the favorable label; scale others to 0 … 1.',
  });
};
