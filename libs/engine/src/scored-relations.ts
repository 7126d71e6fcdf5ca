import type { BatchColumn } from './dataset/row-batches.js';
import { convertedSql, duckdbColumns, textSql, type ColumnDialect } from './dataset/sql.js';
import type { LabelColumn, Survey } from './dataset/survey.js';
import type { TableColumn } from './dataset/table-appender.js';
import type { Table } from './dataset/table.js';
import type { Dialect } from './sql/dialect.js';
import { duckdbDialect, positionSql } from './sql/duckdb-dialect.js';
import { mostPositions } from './ranking/combinations.js';
import { PanelKeys } from './ranking/panel-keys.js';
import {
  predictionAtHalf,
  type FixedColumn,
  type ScoredRelation,
  type Positions,
} from './sql/scored-relation.js';

/** The table that models' scores are kept in, beside `data`. */
export const scoredName = 'scored';

/** The rows of a table that holds scores or predictions. */
export const relationOfData = (
  survey: Survey,
  table: Pick<Table, 'relation' | 'dialect'>,
  dialect: Dialect,
): ScoredRelation => {
  const score = survey.score && convertedSql(survey.score, 'float64');
  const truthOf = ({ column, favorable }: LabelColumn): string =>
    dialect.isOneOf(textSql(column, table.dialect), favorable);
  return {
    from: table.relation,
    label: truthOf(survey.label),
    prediction:
      survey.prediction === null ? predictionAtHalf(score as string) : truthOf(survey.prediction),
    score,
    champion: null,
    weight: fixedOf(survey.weight),
    amount: fixedOf(survey.amount),
    codes: codesOf(survey, table.dialect, dialect),
  };
};

/**
 * Where the values of a row are among those that its columns are taken to have: what a relation's label and codes are
 * worked out from, in a third of the time, since each is looked up once for an entry of a Parquet dictionary.
 *
 * @returns undefined where there are too many combinations of codes to number them all
 */
export const positionsOf = ({
  label,
  unfavorable,
  groups,
  control,
}: Survey): Positions | undefined => {
  const columns = [...groups, ...control];
  const sizes = columns.map(({ names }) => names.length);
  const { strides, count } = new PanelKeys(sizes);
  if (count > mostPositions) return undefined;
  const places = columns.map(({ column, names }) => positionSql(textSql(column), names));
  const labels = positionSql(textSql(label.column), [...label.favorable, unfavorable as string]);
  const codes = places.map((sql, index) => `${sql} * ${2 * (strides[index] as number)}`);
  return { sql: [labels, ...codes].join(' + '), sizes };
};

/** What of the data is kept beside models' scores. */
export const keptColumns = (
  survey: Survey,
): (TableColumn & BatchColumn & { storage: TableColumn['storage'] })[] => [
  { name: 'label', sql: truthOf(survey.label), storage: 'uint8' },
  ...codesOf(survey).map((sql, index) => ({
    name: `code${index}`,
    sql,
    storage: 'code' as const,
  })),
  ...(['weight', 'amount'] as const).flatMap((name) => {
    const column = fixedOf(survey[name]);
    return column === null ? [] : [{ name, sql: column.sql, storage: 'float64' as const }];
  }),
];

/** What a model says of each row. */
export const modelColumns = (model: 'version' | 'champion'): TableColumn[] => [
  { name: `${model}_prediction`, storage: 'uint8' },
  { name: `${model}_score`, storage: 'float64' },
];

/** The rows of the table with all these columns. */
export const relationOfTable = (survey: Survey, champion: boolean): ScoredRelation => {
  const fixed = (name: 'weight' | 'amount'): FixedColumn | null =>
    survey[name] && { sql: name, largest: survey[name].largest };
  return {
    from: scoredName,
    label: 'label',
    prediction: 'version_prediction',
    score: 'version_score',
    champion: champion ? { prediction: 'champion_prediction', score: 'champion_score' } : null,
    weight: fixed('weight'),
    amount: fixed('amount'),
    codes: codesOf(survey).map((_, index) => `code${index}`),
  };
};

const truthOf = ({ column, favorable }: LabelColumn): string =>
  duckdbDialect.isOneOf(textSql(column), favorable);

const fixedOf = (summed: Survey['weight']): FixedColumn | null =>
  summed && { sql: convertedSql(summed.column, 'float64'), largest: summed.largest };

/** Protected columns first, then control columns, as in the layout. */
const codesOf = (
  { groups, control }: Survey,
  columns: ColumnDialect = duckdbColumns,
  dialect: Dialect = duckdbDialect,
): string[] =>
  [...groups, ...control].map(({ column, names }) => dialect.code(textSql(column, columns), names));
