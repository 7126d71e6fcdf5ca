import { favorableOf, mostGroups, nearestName, type Policy } from '@sluice/contracts';
import type { FaultCollector } from '../fault-collector.js';
import { isFavorable, type LabelValue } from '../favorable.js';
import { byCodeUnit } from '../assembly/layout.js';
import type { Column } from './column.js';
import type { PolicyColumns } from './policy-columns.js';
import { surveyAmounts, surveyScores, surveyWeights, type SummedColumn } from './number-survey.js';
import type { Table } from './table.js';
import { countValues, listValues, rowsText, showValue, type ValueCounts } from './value-counts.js';

/** A column of two values, and the text of those that are favorable. */
export interface LabelColumn {
  readonly column: Column;
  readonly favorable: readonly string[];
}

/** A protected column and the names of its groups, in code-unit order. */
export interface GroupColumn {
  readonly column: Column;
  readonly privileged: string | null;
  readonly names: readonly string[];
}

/** What a look over the whole table found, before any row is scored. */
export interface Survey {
  readonly rows: number;
  readonly label: LabelColumn;
  /** The value of labels and predictions beside the favorable one, as text; null where a part has none. */
  readonly unfavorable: string | null;
  /** In the policy's order. */
  readonly groups: readonly GroupColumn[];
  /** The control columns, likewise. */
  readonly control: readonly GroupColumn[];
  readonly weight: SummedColumn | null;
  readonly amount: SummedColumn | null;
  readonly score: Column | null;
  readonly prediction: LabelColumn | null;
}

/**
 * Looks over the columns that a policy names, each in a query of its own. What can't be evaluated becomes faults, and
 * there is no survey then.
 *
 * @param isPart whether other parts of the table may hold the labels and the groups that this one lacks
 */
export const surveyDataset = async (
  policy: Policy,
  columns: PolicyColumns,
  dataset: Table,
  faults: FaultCollector,
  isPart: boolean,
): Promise<Survey | undefined> => {
  const rows = Number(
    (await dataset.query(`SELECT count(*) AS "rows" FROM ${dataset.relation}`))[0]?.['rows'],
  );
  if (rows === 0) {
    faults.data({
      path: 'data.evaluation',
      message: 'the dataset has no rows',
      found: `${dataset.columns.length} columns and 0 rows`,
      expected: 'at least one row of each label',
    });
    return undefined;
  }
  const label =
    columns.label && (await surveyLabel(policy, columns.label, dataset, faults, isPart));
  const groups: GroupColumn[] = [];
  for (const entry of columns.protected)
    groups.push(...(await surveyGroups(entry, protectedRole(isPart), dataset, faults)));
  const control: GroupColumn[] = [];
  for (const { column, path } of columns.control)
    control.push(
      ...(await surveyGroups({ column, path, privileged: null }, controlRole, dataset, faults)),
    );
  const prediction =
    columns.prediction && (await surveyPredictions(columns.prediction, label, dataset, faults));
  if (columns.score !== undefined) await surveyScores(columns.score, dataset, faults);
  const weight = columns.weight && (await surveyWeights(columns.weight, dataset, faults));
  const amount = columns.amount && (await surveyAmounts(columns.amount, dataset, faults));
  return (
    label && {
      rows,
      label,
      unfavorable: label.other?.text ?? prediction?.other?.text ?? null,
      groups,
      control,
      weight: weight ?? null,
      amount: amount ?? null,
      score: columns.score ?? null,
      prediction: prediction ?? null,
    }
  );
};

/** The value that isn't favorable, as the data has it. */
type OtherValue = ValueCounts['values'][number];

/** A column of two values, of which a part of a table may lack one. */
interface SurveyedLabel extends LabelColumn {
  /** The favorable value, as the data has it; as the policy has it, where no row is. */
  readonly favorableValue: LabelValue;
  readonly other: OtherValue | undefined;
}

const surveyLabel = async (
  policy: Policy,
  column: Column,
  dataset: Table,
  faults: FaultCollector,
  isPart: boolean,
): Promise<SurveyedLabel | undefined> => {
  const path = 'columns.label';
  const name = JSON.stringify(column.name);
  const counts = await countValues(dataset, column, 5);
  if (counts.missing > 0)
    faults.data({
      path,
      message: `the label ${name} is missing in ${rowsText(counts.missing)}`,
      expected: 'a label in every row',
      hint: 'Leave out rows whose outcome is not known.',
    });
  const isWhole = counts.distinct === 2 || (isPart && counts.distinct === 1);
  if (!isWhole)
    faults.data({
      path,
      message: `the label ${name} has ${counts.distinct === 1 ? 'one value' : `${counts.distinct} values`}`,
      found: listValues(counts),
      expected: 'exactly two values, one of them favorable',
    });

  const favorable = favorableOf(policy);
  const matching = counts.values.filter(({ value }) => isFavorable(value, favorable));
  // Beyond five values the favorable one may simply not be among those listed.
  const others = counts.values.length - matching.length;
  const mayBeElsewhere = isPart && others === 1;
  if (
    matching.length === 0 &&
    !mayBeElsewhere &&
    counts.distinct > 0 &&
    counts.distinct <= counts.values.length
  )
    faults.data({
      path: 'columns.favorable',
      message: `the favorable value ${showValue(favorable)} does not occur in ${name}`,
      found: listValues(counts),
      expected: 'one of the values of the label',
      ...hintOf(
        String(favorable),
        counts.values.map(({ text }) => text),
      ),
    });
  if (matching.length === 2 && counts.distinct === 2)
    faults.data({
      path: 'columns.favorable',
      message: `both values of ${name} equal the favorable ${showValue(favorable)}`,
      found: listValues(counts),
      expected: 'a value that equals one of them only',
      hint: 'Write it in quotes to compare it as text.',
    });
  const other = counts.values.find(({ value }) => !isFavorable(value, favorable));
  const lacksOne = matching.length === 0 || other === undefined;
  if (!isWhole || matching.length > 1 || (lacksOne && !isPart)) return undefined;
  return {
    column,
    favorable: matching.map(({ text }) => text),
    favorableValue: matching[0]?.value ?? favorable,
    other,
  };
};

/** What faults say of a column that tells groups apart. */
interface GroupRole {
  readonly title: string;
  readonly key: string;
  readonly fewest: number;
  /** Whether groups may be in another part of the table. */
  readonly isPart: boolean;
}

export const protectedRole = (isPart: boolean): GroupRole => ({
  title: 'protected column',
  key: '.name',
  fewest: isPart ? 1 : 2,
  isPart,
});
export const controlRole: GroupRole = {
  title: 'control column',
  key: '',
  fewest: 0,
  isPart: false,
};

/** Reports a column that tells no groups apart; there are none then. */
export const surveyGroups = async (
  { column, path, privileged }: PolicyColumns['protected'][number],
  { title, key, fewest, isPart }: GroupRole,
  dataset: Table,
  faults: FaultCollector,
): Promise<GroupColumn[]> => {
  const name = JSON.stringify(column.name);
  const counts = await countValues(dataset, column, mostGroups);
  const groups = counts.values.map(({ text }) => text).toSorted(byCodeUnit);
  if (counts.missing > 0)
    faults.data({
      path: `${path}${key}`,
      message: `the ${title} ${name} is missing in ${rowsText(counts.missing)}`,
      expected: 'a group in every row',
      hint: 'Give these rows a group of their own, such as "unknown", or leave them out.',
    });
  if (counts.distinct < fewest)
    faults.data({
      path: `${path}${key}`,
      message: `the ${title} ${name} has fewer than two groups`,
      found: listValues(counts),
      expected: 'at least two groups, to compare',
    });
  if (counts.distinct > mostGroups) {
    faults.data({
      path: `${path}${key}`,
      message: `the ${title} ${name} has ${counts.distinct} groups`,
      found: listValues(counts),
      expected: `at most ${mostGroups} groups`,
      hint: 'Is it an identifier or a measurement? Put its values into bands.',
    });
    return [];
  }
  if (privileged !== null && !isPart && counts.distinct > 0 && !groups.includes(privileged))
    faults.data({
      path: `${path}.privileged`,
      message: `the privileged group ${JSON.stringify(privileged)} does not occur in ${name}`,
      found: listValues(counts),
      expected: 'one of the groups',
      ...hintOf(privileged, groups),
    });
  return [{ column, privileged, names: groups }];
};

const surveyPredictions = async (
  column: Column,
  label: SurveyedLabel | undefined,
  dataset: Table,
  faults: FaultCollector,
): Promise<(LabelColumn & Pick<SurveyedLabel, 'other'>) | undefined> => {
  const name = JSON.stringify(column.name);
  const counts = await countValues(dataset, column, 100);
  if (counts.missing > 0)
    faults.data({
      path: 'columns.prediction',
      message: `the prediction ${name} is missing in ${rowsText(counts.missing)}`,
      expected: 'a prediction in every row',
    });
  if (label === undefined) return undefined;
  const { favorableValue: favorable } = label;
  const others = counts.values.filter(({ value }) => !isFavorable(value, favorable));
  // Where no label of a part is unfavorable, whatever else is predicted has to be what other parts call that.
  const other = label.other ?? (others.length === 1 ? others[0] : undefined);
  const foreign = others.some(({ value }) => !other || !isFavorable(value, other.value));
  if (foreign || counts.distinct > 2) {
    // Whatever isn't favorable would count as unfavorable, which turns a typing mistake into a wrong verdict.
    faults.data({
      path: 'columns.prediction',
      message: `the prediction ${name} has values that the label doesn't have`,
      found: listValues(counts),
      expected: [favorable, ...(other ? [other.value] : [])].map(showValue).join(' or '),
      hint: 'Write predictions as the label is written; a column of probabilities goes in columns.score.',
    });
    return undefined;
  }
  const matching = counts.values.filter(({ value }) => isFavorable(value, favorable));
  return { column, favorable: matching.map(({ text }) => text), other };
};

const hintOf = (name: string, known: readonly string[]): { hint?: string } => {
  const near = nearestName(name, known);
  return near === undefined ? {} : { hint: `Did you mean ${JSON.stringify(near)}?` };
};
