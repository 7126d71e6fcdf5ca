import { isOfPooledRanks, type Policy } from '@sluice/contracts';
import type { MulticlassProfile, RegressionProfile } from '@sluice/evaluation';
import type { Layout } from '../assembly/layout.js';
import type { Dataset } from '../dataset/dataset.js';
import type { BoundModel } from '../inference/candidate.js';
import type { ProfileProgress } from '../profile-request.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import type { Query } from '../sql/sql-sums.js';
import { multiclassProfile } from './multiclass-profile.js';
import { predictRows, type KeptColumn } from './predict-rows.js';
import { regressionProfile } from './regression-profile.js';
import {
  classesOfData,
  classOfData,
  codesOfData,
  codesOfTable,
  numberOfData,
  regressionOfData,
  predictedName,
  weightOfData,
  weightOfTable,
  type ClassRelation,
  type RegressionRelation,
} from './task-relations.js';
import type { TaskSurvey } from './task-survey.js';

/** A table that was found fit for its task, and the models to run over it. */
export interface TaskWork {
  readonly policy: Policy;
  readonly dataset: Dataset;
  readonly survey: TaskSurvey;
  readonly layout: Layout;
  /** Null when the data holds predictions. */
  readonly version: BoundModel | null;
  readonly champion: BoundModel | null;
  readonly hasMissingValues: boolean;
  /** Whether the profile keeps what ranks of merged profiles need. */
  readonly mergeable: boolean;
  readonly onProgress: ((progress: ProfileProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The profile of several classes or of a regression. */
export const profileTask = async (
  work: TaskWork,
): Promise<MulticlassProfile | RegressionProfile> => {
  const { policy, dataset, survey, layout, onProgress, signal } = work;
  const query: Query = (sql) => {
    signal?.throwIfAborted();
    return dataset.query(sql);
  };
  const onStep = (done: number, total: number): void => onProgress?.({ step: 'rank', done, total });
  if (policy.task === 'regression') {
    const relation = await regressionRelation(work);
    return regressionProfile(query, duckdbDialect, relation, layout, survey.rows, onStep);
  }
  const relation = await classRelation(work);
  const classes = survey.classes.map(({ name }) => name);
  return multiclassProfile(query, duckdbDialect, relation, classes, layout, survey.rows, {
    onStep,
    mergeable: work.mergeable,
    pooled: policy.checks.some(({ metric }) => isOfPooledRanks(metric)),
    dataset,
    signal,
  });
};

const regressionRelation = async (work: TaskWork): Promise<RegressionRelation> => {
  const { survey, version, dataset } = work;
  if (version === null) return regressionOfData(survey, { table: dataset, dialect: duckdbDialect });
  const label: KeptColumn = {
    name: 'label',
    sql: numberOfData(survey.label),
    storage: 'float64',
  };
  const { version: own, champion } = await predicted(work, version, label);
  return {
    ...relationOfTable(survey),
    prediction: own.prediction,
    champion: champion && champion.prediction,
  };
};

const classRelation = async (work: TaskWork): Promise<ClassRelation> => {
  const { dataset, survey, version } = work;
  const place = { table: dataset, dialect: duckdbDialect };
  if (version === null) return classesOfData(survey, place);
  const sql = await classOfData(survey.label, survey, place);
  const models = await predicted(work, version, { name: 'label', sql, storage: 'code' });
  const championClasses = survey.classes
    .filter(({ ofChampion }) => ofChampion)
    .map(({ name }) => name);
  return { ...relationOfTable(survey), ...models, championClasses };
};

/** What models' rows are made of beside their predictions. */
const relationOfTable = (survey: TaskSurvey) => ({
  from: predictedName,
  label: 'label',
  weight: weightOfTable(survey),
  codes: codesOfTable(survey),
});

const predicted = (work: TaskWork, version: BoundModel, label: KeptColumn) => {
  const { dataset, survey, champion, hasMissingValues, onProgress, policy } = work;
  const weight = weightOfData(survey);
  const kept: KeptColumn[] = [
    label,
    ...codesOfData(survey, { table: dataset, dialect: duckdbDialect }).map(
      (sql, index): KeptColumn => ({
        name: `code${index}`,
        sql,
        storage: 'code',
      }),
    ),
    ...(weight === null ? [] : [{ name: 'weight', sql: weight.sql, storage: 'float64' as const }]),
  ];
  return predictRows(
    {
      dataset,
      survey,
      version,
      champion,
      hasMissingValues,
      kept,
      regression: policy.task === 'regression',
    },
    (done) => onProgress?.({ step: 'score', done, total: survey.rows }),
  );
};
