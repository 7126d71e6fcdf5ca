import { weighsDrift, type Fault, type Policy } from '@sluice/contracts';
import type { Moments, Sides } from '@sluice/evaluation';
import type { Dataset } from '../dataset/dataset.js';
import { surveyWeights, type SummedColumn } from '../dataset/number-survey.js';
import { convertedSql } from '../dataset/sql.js';
import { FaultCollector } from '../fault-collector.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import { fixedSql, weightExponent } from '../sql/scored-relation.js';
import type { RowWeights } from './counted-rows.js';
import type { Tables } from './drift-columns.js';

export interface WeighedRows {
  readonly weights: RowWeights;
  readonly moments: Sides<Moments>;
}

/**
 * The weights by which drift counts rows; null where each counts 1.
 *
 * @param faults told what is wrong with the weights, or that the reference has none
 */
export const weighRows = async (
  policy: Policy,
  tables: Tables,
  rows: Sides,
  faults: Fault[],
): Promise<WeighedRows | null> => {
  if (!weighsDrift(policy)) return null;
  const name = policy.columns.weight as string;
  const survey = async (side: keyof Tables): Promise<SummedColumn | undefined> => {
    const table = tables[side];
    const column = table.column(name);
    if (column === undefined) {
      faults.push({
        file: table.name,
        path: 'columns.weight',
        message: `${table.name} has no column ${JSON.stringify(name)}`,
        expected: 'the weight of each row of the reference, as of the evaluation data',
        hint: 'Write the column into both tables, with 1 where rows count once; or say `drift: { weights: ignore }`.',
      });
      return undefined;
    }
    const collector = new FaultCollector(table.name);
    const found = await surveyWeights(column, table, collector);
    if (found === undefined) faults.push(...collector.error().faults);
    return found;
  };
  const found = { reference: await survey('reference'), current: await survey('current') };
  if (found.reference === undefined || found.current === undefined) return null;
  const largest = Math.max(found.reference.largest, found.current.largest);
  const exponent = weightExponent(largest, rows.reference + rows.current);
  const sqlOf = ({ column }: SummedColumn): string =>
    fixedSql(convertedSql(column, 'float64'), exponent, duckdbDialect);
  const sql = { reference: sqlOf(found.reference), current: sqlOf(found.current) };
  const unit = 2 ** -exponent;
  const moments = {
    reference: await momentsOf(sql.reference, tables.reference, unit),
    current: await momentsOf(sql.current, tables.current, unit),
  };
  return {
    weights: {
      sql,
      totals: { reference: moments.reference.sum / unit, current: moments.current.sum / unit },
      unit,
    },
    moments,
  };
};

const momentsOf = async (weight: string, table: Dataset, unit: number): Promise<Moments> => {
  const wide = `CAST(${weight} AS HUGEINT)`;
  const [found] = await table.query(
    `SELECT CAST(sum(${wide}) AS DOUBLE) AS total, CAST(sum(${wide} * ${wide}) AS DOUBLE) AS squares FROM data`,
  );
  return {
    sum: Number(found?.['total']) * unit,
    squares: Number(found?.['squares']) * unit * unit,
  };
};
