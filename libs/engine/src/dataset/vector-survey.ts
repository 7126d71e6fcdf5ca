import type { FaultCollector } from '../fault-collector.js';
import type { Column } from './column.js';
import type { Dataset } from './dataset.js';
import type { Storage } from './sql.js';
import { quoteName } from './sql.js';
import { flatSql } from './vector.js';

/** A column of lists that a model needs, and how many values it needs of each row. */
export interface NeededVector {
  readonly column: Column;
  readonly storage: Storage;
  readonly width: number;
}

/** The most frequent length of a column's lists, laid flat; 0 when it has none. */
export const usualLength = async (column: Column, dataset: Dataset): Promise<number> => {
  const [found] = await dataset.query(
    `SELECT mode(len(${flatSql(column, null)})) AS length FROM data`,
  );
  return Number(found?.['length'] ?? 0);
};

/**
 * Reports lists that can't be given to a model: those that are missing, of another length, or of values that don't
 * convert.
 *
 * @returns the rows with values that a floating-point input gets as NaN
 */
export const surveyVector = async (
  { column, storage, width }: NeededVector,
  dataset: Dataset,
  faults: FaultCollector,
): Promise<number> => {
  const name = JSON.stringify(column.name);
  const raw = flatSql(column, null);
  const flat = flatSql(column, storage);
  const [found] = await dataset.query(`
    SELECT
      count(*) FILTER (WHERE ${quoteName(column.name)} IS NULL) AS missing,
      count(*) FILTER (WHERE len(raw) <> ${width}) AS misshapen,
      min(len(raw)) FILTER (WHERE len(raw) <> ${width}) AS length,
      count(*) FILTER (WHERE list_count(flat) <> list_count(raw)) AS misfits,
      count(*) FILTER (WHERE list_count(raw) <> len(raw)) AS gaps
    FROM (SELECT ${quoteName(column.name)}, ${raw} AS raw, ${flat} AS flat FROM data)`);
  const count = (key: string): number => Number(found?.[key]);
  const report = (
    message: string,
    expected: string,
    more: { found?: string; hint?: string } = {},
  ) =>
    faults.data({
      path: column.name,
      message: `the column ${name} has ${message}`,
      expected,
      ...more,
    });

  if (count('missing') > 0)
    report(`${count('missing')} missing lists`, `a list of ${width} values in every row`, {
      hint: 'Leave these rows out, or fill them as was done for training.',
    });
  if (count('misshapen') > 0)
    report(
      `${count('misshapen')} lists of another length than the model takes`,
      `${width} values in every row`,
      {
        found: `a list of ${count('length')} values`,
        hint: 'Pad or cut them as was done for training.',
      },
    );
  if (count('misfits') > 0)
    report(`${count('misfits')} lists with values that the model cannot take`, forms[storage]);
  const hasNaN = storage === 'float32' || storage === 'float64';
  if (count('gaps') > 0 && !hasNaN)
    report(`${count('gaps')} lists with missing values`, forms[storage], {
      hint: 'Only floating-point inputs can be told that a value is missing.',
    });
  return hasNaN ? count('gaps') : 0;
};

const forms: Readonly<Record<Storage, string>> = {
  float32: 'numbers within the range of 32-bit floats',
  float64: 'numbers',
  int32: 'whole numbers of 32 bits',
  int64: 'whole numbers of 64 bits',
  uint8: 'true or false',
  text: 'texts',
};
