import { mostClasses } from '@sluice/contracts';
import type { Column } from '../dataset/column.js';
import { convertedSql, textSql } from '../dataset/sql.js';
import type { Table } from '../dataset/table.js';
import { countValues } from '../dataset/value-counts.js';
import { isFavorable } from '../favorable.js';
import type { Dialect } from '../sql/dialect.js';
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
  /** Names of those that neither labels have nor the version knows. */
  readonly championClasses?: readonly string[];
}

export interface ClassPredictions {
  readonly prediction: string;
  /** In the order of the classes; null when there are predictions only. */
  readonly scores: readonly string[] | null;
}

/** How a table's engine spells what is asked of it. */
export interface TaskTable {
  readonly table: Table;
  readonly dialect: Dialect;
}

/** Expressions over the data itself. */
export const codesOfData = (
  { groups, control }: TaskSurvey,
  { table, dialect }: TaskTable,
): string[] =>
  [...groups, ...control].map(({ column, names }) =>
    dialect.code(textSql(column, table.dialect), names),
  );

export const weightOfData = ({ weight }: TaskSurvey): FixedColumn | null =>
  weight && { sql: convertedSql(weight.column, 'float64'), largest: weight.largest };

export const numberOfData = (column: Column): string => convertedSql(column, 'float64');

/** The position of a row's class among all. */
export const classOfData = async (
  column: Column,
  { classes }: TaskSurvey,
  { table, dialect }: TaskTable,
): Promise<string> => {
  const { values } = await countValues(table, column, mostClasses);
  const code = dialect.code(
    textSql(column, table.dialect),
    values.map(({ text }) => text),
  );
  // A class may be written as 1 here and as 1.0 there.
  const places = values.map(({ value }) =>
    classes.findIndex((each) => isFavorable(each.value, value)),
  );
  return dialect.at(code, places);
};

/** Rows of a table that holds numbers and predictions of them. */
export const regressionOfData = (survey: TaskSurvey, place: TaskTable): RegressionRelation => ({
  from: place.table.relation,
  label: numberOfData(survey.label),
  prediction: numberOfData(predictionOf(survey)),
  champion: null,
  weight: weightOfData(survey),
  codes: codesOfData(survey, place),
});

/** Rows of a table that holds predictions of classes, or scores, or both. */
export const classesOfData = async (
  survey: TaskSurvey,
  place: TaskTable,
): Promise<ClassRelation> => {
  const scores =
    survey.scores?.map((column) => (column === null ? '0e0' : numberOfData(column))) ?? null;
  return {
    from: place.table.relation,
    label: await classOfData(survey.label, survey, place),
    version: {
      prediction:
        survey.prediction === null
          ? // The first of the classes that score highest.
            place.dialect.largestAt(scores ?? [])
          : await classOfData(survey.prediction, survey, place),
      scores,
    },
    champion: null,
    weight: weightOfData(survey),
    codes: codesOfData(survey, place),
  };
};

const predictionOf = ({ prediction }: TaskSurvey): Column => {
  if (prediction === null) throw new TypeError('The policy names neither a model nor predictions.');
  return prediction;
};

/** What models' rows are made of in the table beside the data. */
export const codesOfTable = ({ groups, control }: TaskSurvey): string[] =>
  [...groups, ...control].map((_, index) => `code${index}`);

export const weightOfTable = ({ weight }: TaskSurvey): FixedColumn | null =>
  weight && { sql: 'weight', largest: weight.largest };
