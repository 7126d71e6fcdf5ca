import type { Column } from '../dataset/column.js';
import { convertedSql, textSql } from '../dataset/sql.js';
import { isFavorable } from '../favorable.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import type { FixedColumn } from '../sql/scored-relation.js';
import type { TaskSurvey } from './task-survey.js';

/** The table that models' predictions are kept in, beside `data`. */
export const predictedName = 'predicted';

/** What every definition needs of the rows beside predictions. */
interface CodedRelation {
  readonly from: string;
  readonly weight: FixedColumn | null;
  readonly codes: readonly string[];
}

/** Rows with a numeric label and predictions, as SQL expressions; none is ever NULL. */
export interface RegressionRelation extends CodedRelation {
  readonly label: string;
  readonly prediction: string;
  readonly champion: string | null;
}

/** Rows with the positions of classes, and a score for each class. */
export interface ClassRelation extends CodedRelation {
  readonly label: string;
  readonly version: ClassPredictions;
  readonly champion: ClassPredictions | null;
}

export interface ClassPredictions {
  readonly prediction: string;
  /** In the order of the classes; null when there are predictions only. */
  readonly scores: readonly string[] | null;
}

/** Expressions over the data itself. */
export const codesOfData = ({ groups, control }: TaskSurvey): string[] =>
  [...groups, ...control].map(({ column, names }) => duckdbDialect.code(textSql(column), names));

export const weightOfData = ({ weight }: TaskSurvey): FixedColumn | null =>
  weight && { sql: convertedSql(weight.column, 'float64'), largest: weight.largest };

export const numberOfData = (column: Column): string => convertedSql(column, 'float64');

/** The position of a row's class among all. */
export const classOfData = async (
  column: Column,
  { classes }: TaskSurvey,
  texts: (column: Column) => Promise<readonly { text: string; value: string | number | boolean }[]>,
): Promise<string> => {
  const found = await texts(column);
  // A class may be written as 1 here and as 1.0 there.
  const listed = found.map(({ text, value }) => ({
    text,
    at: classes.findIndex((each) => isFavorable(each.value, value)),
  }));
  const own = duckdbDialect.code(
    textSql(column),
    listed.map(({ text }) => text),
  );
  return `CAST(list_extract([${listed.map(({ at }) => at).join(', ')}], ${own} + 1) AS USMALLINT)`;
};

/** What models' rows are made of in the table beside the data. */
export const codesOfTable = ({ groups, control }: TaskSurvey): string[] =>
  [...groups, ...control].map((_, index) => `code${index}`);

export const weightOfTable = ({ weight }: TaskSurvey): FixedColumn | null =>
  weight && { sql: 'weight', largest: weight.largest };
