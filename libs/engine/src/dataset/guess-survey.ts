import type { Policy } from '@sluice/contracts';
import { FaultCollector } from '../fault-collector.js';
import type { Dataset } from './dataset.js';
import type { PolicyColumns } from './policy-columns.js';
import { quoteName } from './sql.js';
import { surveyDataset, type Survey } from './survey.js';

/** Rows that are looked at: enough to meet every group that a profile can say something about. */
export const sampledRows = 2 ** 15;
/** Smaller tables are surveyed in less time than guesses take that turn out wrong. */
const fewestRows = 4 * sampledRows;

/**
 * What a survey would find, as far as the first rows tell, for data that holds scores. Whoever goes by it has to make
 * sure that no row has any other label or group, nor a score that is none: a look at every column before
 * rows are streamed takes as long as a third of the stream.
 *
 * @returns undefined where it has to be found out: for a small table, one with predictions, weights or amounts, and
 *   wherever the first rows have a fault
 */
export const guessSurvey = async (
  policy: Policy,
  columns: PolicyColumns,
  dataset: Dataset,
): Promise<Survey | undefined> => {
  const { label, score, prediction, weight, amount } = columns;
  if (label === undefined || score === undefined) return undefined;
  if ((prediction ?? weight ?? amount) !== undefined) return undefined;
  const [counted] = await dataset.query(`SELECT count(*) AS "rows" FROM ${dataset.relation}`);
  const rows = Number(counted?.['rows']);
  if (rows < fewestRows) return undefined;
  const needed = [
    label,
    score,
    ...[...columns.protected, ...columns.control].map(({ column }) => column),
  ];
  const names = new Set(needed.map(({ name }) => quoteName(name)));
  const { name, dialect } = dataset;
  await dataset.query(
    `CREATE TEMP TABLE sample AS SELECT ${[...names].join(', ')} FROM ${await dataset.firstRows(sampledRows)}`,
  );
  const sample = {
    name,
    dialect,
    relation: 'sample',
    columns: dataset.columns,
    column: (wanted: string) => dataset.column(wanted),
    query: (sql: string) => dataset.query(sql),
  };
  const faults = new FaultCollector(dataset.name);
  const survey = await surveyDataset(policy, columns, sample, faults, false);
  await dataset.query('DROP TABLE sample');
  const isWhole = survey !== undefined && survey.unfavorable !== null && faults.isEmpty;
  return isWhole ? { ...survey, rows } : undefined;
};
