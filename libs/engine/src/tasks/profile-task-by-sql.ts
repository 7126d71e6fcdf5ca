import { isOfPooledRanks, type Policy } from '@sluice/contracts';
import type { MulticlassProfile, RegressionProfile } from '@sluice/evaluation';
import type { Layout } from '../assembly/layout.js';
import type { Query } from '../sql/sql-sums.js';
import { multiclassProfile } from './multiclass-profile.js';
import { regressionProfile } from './regression-profile.js';
import { classesOfData, regressionOfData, type TaskTable } from './task-relations.js';
import type { TaskSurvey } from './task-survey.js';

/**
 * The profile of a table that holds predictions of several classes or of numbers, by SQL alone, in whatever engine.
 *
 * @param mergeable whether it keeps what ranks of merged profiles need
 */
export const profileTaskBySql = async (
  query: Query,
  place: TaskTable,
  { task, checks }: Pick<Policy, 'task' | 'checks'>,
  survey: TaskSurvey,
  layout: Layout,
  mergeable = false,
): Promise<MulticlassProfile | RegressionProfile> => {
  if (task === 'regression')
    return regressionProfile(
      query,
      place.dialect,
      regressionOfData(survey, place),
      layout,
      survey.rows,
    );
  const classes = survey.classes.map(({ name }) => name);
  const relation = await classesOfData(survey, place);
  return multiclassProfile(query, place.dialect, relation, classes, layout, survey.rows, {
    mergeable,
    pooled: checks.some(({ metric }) => isOfPooledRanks(metric)),
  });
};
