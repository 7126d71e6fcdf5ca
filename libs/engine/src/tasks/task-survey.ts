import { mostClasses, type Policy } from '@sluice/contracts';
import { byCodeUnit } from '../assembly/layout.js';
import type { Column } from '../dataset/column.js';
import {
  surveyNumbers,
  surveyScores,
  surveyWeights,
  type NumberRule,
  type SummedColumn,
} from '../dataset/number-survey.js';
import { columnNames, type PolicyColumns } from '../dataset/policy-columns.js';
import { controlRole, protectedRole, surveyGroups, type GroupColumn } from '../dataset/survey.js';
import { convertedSql, textSql } from '../dataset/sql.js';
import type { Table } from '../dataset/table.js';
import { countValues, listValues, rowsText, type ValueCounts } from '../dataset/value-counts.js';
import type { FaultCollector } from '../fault-collector.js';
import { isFavorable, type LabelValue } from '../favorable.js';

/** What a look over a table found whose labels are of several classes, or numbers. */
export interface TaskSurvey {
  readonly rows: number;
  readonly label: Column;
  readonly groups: readonly GroupColumn[];
  readonly control: readonly GroupColumn[];
  readonly weight: SummedColumn | null;
  readonly prediction: Column | null;
  /** Of several classes only: see `surveyClasses`. */
  readonly classes: readonly LabelClass[];
  /** Columns of scores in the order of the classes, null where a class has none; null when the data holds none. */
  readonly scores: readonly (Column | null)[] | null;
  readonly warnings: readonly string[];
}

/** A class by its name, and as the data has it; a class that labels lack has its name for a value. */
export interface LabelClass {
  readonly name: string;
  readonly value: LabelValue;
  /** Whether neither labels have it nor the version knows it. */
  readonly ofChampion?: true;
}

/** A model, as far as its classes go. */
export interface ClassifyingModel {
  /** What faults and warnings call it. */
  readonly name: string;
  readonly isChampion: boolean;
  /** None when it doesn't say. */
  readonly classLabels: readonly LabelValue[];
}

/** Fourth powers of labels and errors have to be numbers still. */
const largestNumber = 1e60;

const numberRule = (what: 'label' | 'prediction'): NumberRule => ({
  path: `columns.${what}`,
  what,
  expected: 'a finite number',
  lowest: -largestNumber,
  highest: largestNumber,
  hint:
    what === 'label'
      ? 'Leave out rows whose outcome is not known; of a class, the task is a classification.'
      : 'Predict a number for every row.',
});

/** Whether a model's number can be one of a regression. */
export const isPrediction = (value: number): boolean => Math.abs(value) <= largestNumber;

/**
 * Looks over the columns that a policy names. What can't be evaluated becomes faults, and there is no survey then.
 *
 * @param isPart whether other parts of the table may hold the classes and the groups that this one lacks
 */
export const surveyTask = async (
  policy: Policy,
  columns: PolicyColumns,
  dataset: Table,
  faults: FaultCollector,
  models: readonly ClassifyingModel[] = [],
  isPart = false,
): Promise<TaskSurvey | undefined> => {
  const [counted] = await dataset.query(`SELECT count(*) AS "rows" FROM ${dataset.relation}`);
  const rows = Number(counted?.['rows']);
  if (rows === 0) {
    faults.data({
      path: 'data.evaluation',
      message: 'the dataset has no rows',
      expected: 'at least one row',
    });
    return undefined;
  }
  const groups: GroupColumn[] = [];
  for (const entry of columns.protected)
    groups.push(...(await surveyGroups(entry, protectedRole(isPart), dataset, faults)));
  const control: GroupColumn[] = [];
  for (const { column, path } of columns.control)
    control.push(
      ...(await surveyGroups({ column, path, privileged: null }, controlRole, dataset, faults)),
    );
  const weight = (columns.weight && (await surveyWeights(columns.weight, dataset, faults))) ?? null;
  const about = { rows, groups, control, weight, prediction: columns.prediction ?? null };
  const { label } = columns;
  if (label === undefined) return undefined;
  if (policy.task === 'regression') {
    await surveyNumbers(label, numberRule('label'), dataset, faults);
    if (columns.prediction)
      await surveyNumbers(columns.prediction, numberRule('prediction'), dataset, faults);
    return { ...about, label, classes: [], scores: null, warnings: [] };
  }
  const found = await surveyClasses(
    policy,
    label,
    about.prediction,
    dataset,
    faults,
    models,
    isPart,
  );
  return found && { ...about, label, ...found };
};

/**
 * The classes that labels have, that scores or a model's class labels name, and that are predicted, in code-unit order.
 * What is predicted and no label has is a class that is absent from this data, or a mistake of writing: it is taken for
 * the former, with a warning, only if it is named elsewhere or some predictions are labels.
 */
const surveyClasses = async (
  policy: Policy,
  label: Column,
  prediction: Column | null,
  dataset: Table,
  faults: FaultCollector,
  models: readonly ClassifyingModel[],
  isPart: boolean,
): Promise<Pick<TaskSurvey, 'classes' | 'scores' | 'warnings'> | undefined> => {
  const labels = await countValues(dataset, label, mostClasses);
  const named = Object.entries(policy.columns.scores ?? {});
  // Not the text: a number is the same class whether the data has it as 1 or as 1.0.
  const known: LabelClass[] = labels.values.map(({ value }) => ({ name: String(value), value }));
  if (!(await isClassColumn('label', label, labels, dataset, faults))) return undefined;
  if (labels.distinct < (isPart ? 1 : 2)) {
    faults.data({
      path: 'columns.label',
      message: `the label ${JSON.stringify(label.name)} has one value only`,
      found: listValues(labels),
      expected: 'at least two classes',
    });
    return undefined;
  }
  const add = (value: LabelValue, ofChampion = false): void => {
    if (!known.some((each) => isFavorable(each.value, value)))
      known.push({ name: String(value), value, ...(ofChampion && { ofChampion }) });
  };
  for (const [name] of named) add(name);
  for (const { classLabels, isChampion } of models)
    for (const value of classLabels) add(value, isChampion);
  const warnings = models.flatMap((model) => unknownClasses(model, labels, faults));
  if (prediction !== null) {
    const predicted = await countValues(dataset, prediction, mostClasses);
    if (!(await isClassColumn('prediction', prediction, predicted, dataset, faults)))
      return undefined;
    const foreign = predicted.values.filter(
      ({ value }) => !known.some((each) => isFavorable(each.value, value)),
    );
    if (foreign.length === predicted.values.length && !isPart) {
      faults.data({
        path: 'columns.prediction',
        message: `none of the predictions ${JSON.stringify(prediction.name)} is a value of the label`,
        found: listValues(predicted),
        expected: listValues(labels),
        hint: 'Write predictions as the label is written.',
      });
      return undefined;
    }
    for (const { value, count } of foreign) {
      add(value);
      warnings.push(
        `In ${rowsText(count)} the class ${JSON.stringify(value)} is predicted, which no label has.`,
      );
    }
  }
  if (known.length > mostClasses) {
    faults.data({
      path: 'columns.label',
      message: `labels, scores and predictions have ${known.length} classes`,
      expected: `at most ${mostClasses} classes`,
    });
    return undefined;
  }
  const classes = known.toSorted((a, b) => byCodeUnit(a.name, b.name));
  if (named.length === 0) return { classes, scores: null, warnings };
  const scores = await surveyClassScores(named, classes, dataset, faults);
  return scores && { classes, scores, warnings };
};

/**
 * What of the classes of a model the labels don't have, and the other way round. A model whose classes are other ones
 * altogether was trained on labels that are written differently, which is a fault.
 */
const unknownClasses = (
  { name, classLabels }: ClassifyingModel,
  labels: ValueCounts,
  faults: FaultCollector,
): string[] => {
  if (classLabels.length === 0) return [];
  const foreign = labels.values.filter(
    ({ value }) => !classLabels.some((each) => isFavorable(each, value)),
  );
  if (foreign.length === labels.values.length) {
    faults.artifact({
      file: name,
      path: 'outputs',
      message: 'none of the classes of the model is a value of the label',
      found: listed(classLabels),
      expected: listValues(labels),
      hint: 'Train the model on the labels as the data has them. The classes of an endpoint are named with --classes.',
    });
    return [];
  }
  const absent = classLabels.filter(
    (each) => !labels.values.some(({ value }) => isFavorable(each, value)),
  );
  return [
    ...foreign.map(
      ({ value, count }) =>
        `In ${rowsText(count)} the label is ${JSON.stringify(value)}, which ${name} doesn't know: it is never predicted, and has a score of 0.`,
    ),
    ...(absent.length === 0
      ? []
      : [
          `${name} knows ${absent.length === 1 ? 'the class' : 'the classes'} ${listed(absent)}, which no label has.`,
        ]),
  ];
};

const listed = (values: readonly LabelValue[]): string => {
  const shown = values.slice(0, 10).map((value) => JSON.stringify(value).slice(0, 60));
  const more = values.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** "row 3 and 2 more", or how many where rows have no numbers. */
const placeOf = async (count: number, condition: string, dataset: Table): Promise<string> => {
  const { rowNumber } = dataset.dialect;
  if (rowNumber === null) return rowsText(count);
  const [first] = await dataset.query(
    `SELECT min("row") AS "row" FROM (SELECT ${rowNumber} AS "row", ${condition} AS "wrong" FROM ${dataset.relation}) AS numbered WHERE "wrong"`,
  );
  return `row ${String(first?.['row'])}${count > 1 ? ` and ${count - 1} more` : ''}`;
};

const isClassColumn = async (
  what: 'label' | 'prediction',
  column: Column,
  counts: ValueCounts,
  dataset: Table,
  faults: FaultCollector,
): Promise<boolean> => {
  const { name } = column;
  const path = `columns.${what}`;
  if (counts.missing > 0)
    faults.data({
      path,
      message: `the ${what} ${JSON.stringify(name)} is missing in ${await placeOf(counts.missing, `${textSql(column, dataset.dialect)} IS NULL`, dataset)}`,
      expected: `a ${what} in every row`,
      ...(what === 'label' && { hint: 'Leave out rows whose outcome is not known.' }),
    });
  if (counts.distinct > mostClasses)
    faults.data({
      path,
      message: `the ${what} ${JSON.stringify(name)} has ${counts.distinct} values`,
      found: listValues(counts),
      expected: `at most ${mostClasses} classes`,
      hint: 'Is it a number? Then the task is regression. Otherwise put rare classes together.',
    });
  return counts.missing === 0 && counts.distinct <= mostClasses;
};

/** How far the scores of a row may sum from 1: exported probabilities are rounded. */
const sumTolerance = 0.01;

const surveyClassScores = async (
  named: readonly (readonly [name: string, column: string])[],
  classes: readonly LabelClass[],
  dataset: Table,
  faults: FaultCollector,
): Promise<(Column | null)[] | undefined> => {
  const columns = named.map(([name, column]) => ({
    name,
    column: dataset.column(column),
    wanted: column,
  }));
  let areScores = true;
  for (const { name, column, wanted } of columns)
    if (column === undefined)
      faults.data({
        path: `columns.scores.${name}`,
        message: `the dataset has no column ${JSON.stringify(wanted)}`,
        expected: `a column with the scores of ${JSON.stringify(name)}, one of ${columnNames(dataset)}`,
      });
    else
      areScores =
        (await surveyScores(column, dataset, faults, {
          path: `columns.scores.${name}`,
          hint: 'Scores are probabilities of the class, and those of all classes sum to 1.',
        })) && areScores;
  if (columns.some(({ column }) => column === undefined)) return undefined;
  const columnsOf = (value: LabelValue) => columns.filter(({ name }) => isFavorable(value, name));
  const missing = classes.filter(({ value }) => columnsOf(value).length === 0);
  if (missing.length > 0) {
    faults.data({
      path: 'columns.scores',
      message: `classes of the label or the prediction have no column of scores`,
      found: listed(missing.map(({ name }) => name)),
      expected: 'a column for each class',
    });
    return undefined;
  }
  const twice = classes.map(({ value }) => columnsOf(value)).find((own) => own.length > 1);
  if (twice !== undefined) {
    faults.data({
      path: `columns.scores.${twice[1]?.name}`,
      message: 'two columns hold the scores of one class',
      found: listed(twice.map(({ name }) => name)),
      expected: 'a column for each class',
    });
    return undefined;
  }
  const sum = columns.map(({ column }) => convertedSql(column as Column, 'float64')).join(' + ');
  const misfits = `abs(${sum} - 1) > ${sumTolerance}`;
  const [found] = await dataset.query(
    `SELECT count(CASE WHEN ${misfits} THEN 1 END) AS "misfits" FROM ${dataset.relation}`,
  );
  const count = Number(found?.['misfits']);
  // Of what is no score, the sum says nothing.
  if (count > 0 && areScores)
    faults.data({
      path: 'columns.scores',
      message: `the scores of all classes don't sum to 1 in ${await placeOf(count, misfits, dataset)}`,
      expected: 'probabilities of classes of which exactly one is right',
      hint: 'Divide them by their sum, or apply the softmax.',
    });
  return classes.map(({ value }) => columnsOf(value)[0]?.column ?? null);
};
