import { mostClasses, type Policy } from '@sluice/contracts';
import { byCodeUnit } from '../assembly/layout.js';
import type { Column } from '../dataset/column.js';
import type { Dataset } from '../dataset/dataset.js';
import {
  surveyNumbers,
  surveyScores,
  surveyWeights,
  type NumberRule,
  type SummedColumn,
} from '../dataset/number-survey.js';
import type { PolicyColumns } from '../dataset/policy-columns.js';
import { controlRole, protectedRole, surveyGroups, type GroupColumn } from '../dataset/survey.js';
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

/** Looks over the columns that a policy names. What can't be evaluated becomes faults, and there is no survey then. */
export const surveyTask = async (
  policy: Policy,
  columns: PolicyColumns,
  dataset: Dataset,
  faults: FaultCollector,
  modelClasses: readonly LabelValue[] = [],
): Promise<TaskSurvey | undefined> => {
  const rows = Number((await dataset.query('SELECT count(*) AS rows FROM data'))[0]?.['rows']);
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
    groups.push(...(await surveyGroups(entry, protectedRole, dataset, faults)));
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
  const found = await surveyClasses(policy, label, about.prediction, dataset, faults, modelClasses);
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
  dataset: Dataset,
  faults: FaultCollector,
  modelClasses: readonly LabelValue[],
): Promise<Pick<TaskSurvey, 'classes' | 'scores' | 'warnings'> | undefined> => {
  const labels = await countValues(dataset, label, mostClasses);
  const named = Object.entries(policy.columns.scores ?? {});
  // Not the text: a number is the same class whether the data has it as 1 or as 1.0.
  const known: LabelClass[] = labels.values.map(({ value }) => ({ name: String(value), value }));
  if (!isClassColumn('label', label, labels, faults)) return undefined;
  if (labels.distinct < 2) {
    faults.data({
      path: 'columns.label',
      message: `the label ${JSON.stringify(label.name)} has one value only`,
      found: listValues(labels),
      expected: 'at least two classes',
    });
    return undefined;
  }
  const add = (value: LabelValue): void => {
    if (!known.some((each) => isFavorable(each.value, value)))
      known.push({ name: String(value), value });
  };
  for (const [name] of named) add(name);
  for (const value of modelClasses) add(value);
  const warnings: string[] = [];
  if (prediction !== null) {
    const predicted = await countValues(dataset, prediction, mostClasses);
    if (!isClassColumn('prediction', prediction, predicted, faults)) return undefined;
    const foreign = predicted.values.filter(
      ({ value }) => !known.some((each) => isFavorable(each.value, value)),
    );
    if (foreign.length === predicted.values.length) {
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

const isClassColumn = (
  what: 'label' | 'prediction',
  { name }: Column,
  counts: ValueCounts,
  faults: FaultCollector,
): boolean => {
  const path = `columns.${what}`;
  if (counts.missing > 0)
    faults.data({
      path,
      message: `the ${what} ${JSON.stringify(name)} is missing in ${rowsText(counts.missing)}`,
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
  dataset: Dataset,
  faults: FaultCollector,
): Promise<(Column | null)[] | undefined> => {
  const columns = named.map(([name, column]) => ({
    name,
    column: dataset.column(column),
    wanted: column,
  }));
  for (const { name, column, wanted } of columns)
    if (column === undefined)
      faults.data({
        path: `columns.scores.${name}`,
        message: `the dataset has no column ${JSON.stringify(wanted)}`,
        expected: `a column with the scores of ${JSON.stringify(name)}`,
      });
    else await surveyScores(column, dataset, faults);
  if (columns.some(({ column }) => column === undefined)) return undefined;
  const missing = classes.filter(
    ({ value }) => !columns.some(({ name }) => isFavorable(value, name)),
  );
  if (missing.length > 0) {
    faults.data({
      path: 'columns.scores',
      message: `classes of the label or the prediction have no column of scores`,
      found: missing.map(({ name }) => JSON.stringify(name)).join(', '),
      expected: 'a column for each class',
    });
    return undefined;
  }
  const sum = columns
    .map(({ column }) => `TRY_CAST("${(column as Column).name.replaceAll('"', '""')}" AS DOUBLE)`)
    .join(' + ');
  const [found] = await dataset.query(
    `SELECT count(*) FILTER (WHERE abs(${sum} - 1) > ${sumTolerance}) AS misfits FROM data`,
  );
  if (Number(found?.['misfits']) > 0)
    faults.data({
      path: 'columns.scores',
      message: `the scores of all classes don't sum to 1 in ${rowsText(Number(found?.['misfits']))}`,
      expected: 'probabilities of classes of which exactly one is right',
      hint: 'Divide them by their sum, or apply the softmax.',
    });
  return classes.map(
    ({ value }) => columns.find(({ name }) => isFavorable(value, name))?.column ?? null,
  );
};
