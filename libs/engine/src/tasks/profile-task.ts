import type { Policy } from '@sluice/contracts';
import type { MulticlassProfile, RegressionProfile } from '@sluice/evaluation';
import type { Column } from '../dataset/column.js';
import type { Dataset } from '../dataset/dataset.js';
import { policyLayout, surveyIntersections } from '../dataset/policy-layout.js';
import { countValues } from '../dataset/value-counts.js';
import type { FaultCollector } from '../fault-collector.js';
import type { BoundModel } from '../inference/candidate.js';
import type { ProfileProgress } from '../profile-dataset.js';
import { duckdbDialect } from '../sql/duckdb-dialect.js';
import type { Query } from '../sql/sql-sums.js';
import { multiclassProfile } from './multiclass-profile.js';
import { predictRows, type KeptColumn } from './predict-rows.js';
import { regressionProfile } from './regression-profile.js';
import {
  classOfData,
  codesOfData,
  codesOfTable,
  numberOfData,
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
  /** Null when the data holds predictions. */
  readonly version: BoundModel | null;
  readonly champion: BoundModel | null;
  readonly hasMissingValues: boolean;
  readonly onProgress: ((progress: ProfileProgress) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Reports intersections of too many groups. */
export const surveyTaskGroups = (
  policy: Policy,
  survey: TaskSurvey,
  dataset: Dataset,
  faults: FaultCollector,
): Promise<void> =>
  surveyIntersections(policyLayout(policy, survey), survey, dataset, duckdbDialect, faults);

/** The profile of several classes or of a regression. */
export const profileTask = async (
  work: TaskWork,
): Promise<MulticlassProfile | RegressionProfile> => {
  const { policy, dataset, survey, onProgress, signal } = work;
  const layout = policyLayout(policy, survey);
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
  return multiclassProfile(query, duckdbDialect, relation, classes, layout, survey.rows, onStep);
};

const regressionRelation = async (work: TaskWork): Promise<RegressionRelation> => {
  const { survey, version } = work;
  const label = numberOfData(survey.label);
  if (version === null)
    return {
      from: 'data',
      label,
      prediction: numberOfData(predictionOf(survey)),
      champion: null,
      weight: weightOfData(survey),
      codes: codesOfData(survey),
    };
  const { champion } = await predicted(work, version, {
    name: 'label',
    sql: label,
    storage: 'float64',
  });
  return {
    from: predictedName,
    label: 'label',
    prediction: 'version_prediction',
    champion: champion && champion.prediction,
    weight: weightOfTable(survey),
    codes: codesOfTable(survey),
  };
};

const classRelation = async (work: TaskWork): Promise<ClassRelation> => {
  const { dataset, survey, version } = work;
  const classOf = (column: Column): Promise<string> =>
    classOfData(column, survey, async (each) => (await countValues(dataset, each, 100)).values);
  const label = await classOf(survey.label);
  if (version !== null) {
    const table = await predicted(work, version, { name: 'label', sql: label, storage: 'code' });
    return {
      from: predictedName,
      label: 'label',
      ...table,
      weight: weightOfTable(survey),
      codes: codesOfTable(survey),
    };
  }
  const scores =
    survey.scores?.map((column) => (column === null ? '0e0' : numberOfData(column))) ?? null;
  return {
    from: 'data',
    label,
    version: {
      prediction:
        survey.prediction === null ? mostProbable(scores ?? []) : await classOf(survey.prediction),
      scores,
    },
    champion: null,
    weight: weightOfData(survey),
    codes: codesOfData(survey),
  };
};

const predictionOf = ({ prediction }: TaskSurvey): Column => {
  if (prediction === null) throw new TypeError('The policy names neither a model nor predictions.');
  return prediction;
};

/** The first of the classes that score highest. */
const mostProbable = (scores: readonly string[]): string => {
  const highest = `greatest(${scores.join(', ')})`;
  const cases = scores.map((score, at) => `WHEN ${score} = ${highest} THEN ${at}`);
  return `CASE ${cases.join(' ')} END`;
};

const predicted = (work: TaskWork, version: BoundModel, label: KeptColumn) => {
  const { dataset, survey, champion, hasMissingValues, onProgress, policy } = work;
  const weight = weightOfData(survey);
  const kept: KeptColumn[] = [
    label,
    ...codesOfData(survey).map((sql, index): KeptColumn => ({
      name: `code${index}`,
      sql,
      storage: 'code',
    })),
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
