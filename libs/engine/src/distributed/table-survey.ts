import type { Policy } from '@sluice/contracts';
import type { Layout } from '../assembly/layout.js';
import { findPolicyColumns } from '../dataset/policy-columns.js';
import { policyLayout, surveyIntersections } from '../dataset/policy-layout.js';
import { surveyDataset } from '../dataset/survey.js';
import type { Table } from '../dataset/table.js';
import type { FaultCollector } from '../fault-collector.js';
import { relationOfData } from '../scored-relations.js';
import type { Dialect } from '../sql/dialect.js';
import type { ScoredRelation } from '../sql/scored-relation.js';
import { surveyTask, type TaskSurvey } from '../tasks/task-survey.js';

/** A table whose rows hold predictions of several classes or of numbers already. */
export interface PredictedTable {
  readonly survey: TaskSurvey;
  readonly layout: Layout;
}

/** The same for tasks other than binary classification. @param isPart see `surveyDataset` */
export const surveyPredictedTable = async (
  policy: Policy,
  table: Table,
  dialect: Dialect,
  faults: FaultCollector,
  isPart = false,
): Promise<PredictedTable | undefined> => {
  const columns = findPolicyColumns(policy, table, faults);
  const survey = await surveyTask(policy, columns, table, faults, [], isPart);
  if (survey === undefined) return undefined;
  const layout = policyLayout(policy, survey);
  await surveyIntersections(layout, survey, table, dialect, faults);
  return { survey, layout };
};

/** A table whose rows are scored already, as the definitions of a profile read it. */
export interface ScoredTable {
  readonly relation: ScoredRelation;
  readonly layout: Layout;
  readonly rows: number;
  /** See `Survey`. */
  readonly unfavorable: string | null;
}

/**
 * Looks over the columns of a table that a policy names; undefined, with faults, when it can't be evaluated.
 *
 * @param isPart see `surveyDataset`
 */
export const surveyScoredTable = async (
  policy: Policy,
  table: Table,
  dialect: Dialect,
  faults: FaultCollector,
  isPart = false,
): Promise<ScoredTable | undefined> => {
  const columns = findPolicyColumns(policy, table, faults);
  const survey = await surveyDataset(policy, columns, table, faults, isPart);
  if (survey === undefined) return undefined;
  const layout = policyLayout(policy, survey);
  await surveyIntersections(layout, survey, table, dialect, faults);
  const { rows, unfavorable } = survey;
  return { rows, unfavorable, relation: relationOfData(survey, table, dialect), layout };
};
