import type { MulticlassProfile, RegressionProfile } from '@sluice/evaluation';
import { surveyInputs } from './dataset/input-survey.js';
import { policyLayout, surveyIntersections } from './dataset/policy-layout.js';
import { neededColumns } from './inference/counted-inputs.js';
import type { OpenedRequest } from './opened-request.js';
import { missingWarnings, ofFile, type ProfiledDataset } from './profiled-dataset.js';
import { duckdbDialect } from './sql/duckdb-dialect.js';
import { profileTask } from './tasks/profile-task.js';
import { surveyTask } from './tasks/task-survey.js';

/** The profile of a table with labels of several classes, or with numbers to predict. */
export const profileOtherTask = async (
  opened: OpenedRequest,
): Promise<ProfiledDataset<MulticlassProfile | RegressionProfile>> => {
  const { request, dataset, version, champion } = opened;
  const { survey, layout, gaps } = await surveyed(opened);
  request.onProgress?.({ step: 'survey', done: 1, total: 1 });
  const profile = await profileTask({
    policy: request.policy,
    dataset,
    survey,
    layout,
    version: version ?? null,
    champion: champion ?? null,
    hasMissingValues: gaps.size > 0,
    mergeable: request.mergeable ?? false,
    onProgress: request.onProgress,
    signal: request.signal,
  });
  return {
    profile,
    unfavorable: null,
    ...ofFile(version),
    warnings: [...survey.warnings, ...missingWarnings(gaps)],
  };
};

/**
 * What the table holds, once all of it is known to be fit for the policy and the models.
 *
 * @throws SluiceError `invalid_data` or `invalid_artifact`, with the faults of models, too
 */
const surveyed = async ({
  request,
  dataset,
  columns,
  faults,
  version,
  champion,
}: OpenedRequest) => {
  const { policy, mergeable: isPart = false } = request;
  const models = [version, champion].flatMap((model) =>
    model === undefined
      ? []
      : [
          {
            name: model.name,
            isChampion: model === champion,
            classLabels: model.inspection.classLabels ?? [],
          },
        ],
  );
  const survey = await surveyTask(policy, columns, dataset, faults, models, isPart);
  const layout = survey && policyLayout(policy, survey);
  if (survey && layout) await surveyIntersections(layout, survey, dataset, duckdbDialect, faults);
  const gaps = await surveyInputs(neededColumns([version, champion]), dataset, faults);
  faults.throwIfAny();
  if (survey === undefined || layout === undefined)
    throw new Error('A survey failed without a fault.');
  return { survey, layout, gaps };
};
