import { surveyInputs } from './dataset/input-survey.js';
import { guessSurvey } from './dataset/guess-survey.js';
import { policyLayout, surveyIntersections } from './dataset/policy-layout.js';
import { UnexpectedRows } from './dataset/stream-vectors.js';
import { surveyDataset } from './dataset/survey.js';
import { FaultCollector } from './fault-collector.js';
import { endsInNaN, neededColumns } from './inference/counted-inputs.js';
import { surveyAlike } from './neighbours/survey-alike.js';
import type { OpenedRequest } from './opened-request.js';
import { profileScoredTable } from './profile-scored-table.js';
import { missingWarnings, ofFile, type ProfiledDataset } from './profiled-dataset.js';
import type { WalkThreads } from './ranking/walk-threads.js';
import { positionsOf, relationOfData } from './scored-relations.js';
import { scoreRows, tellRows } from './scored-rows.js';
import { duckdbDialect } from './sql/duckdb-dialect.js';

/** The profile of a table with labels of two classes. */
export const profileBinary = async (
  opened: OpenedRequest,
  threads: WalkThreads,
): Promise<ProfiledDataset> =>
  (await profileByGuess(opened, threads)) ?? (await profileBySurvey(opened, threads));

/**
 * The profile of data with scores, from one look at the rows: what the first of them are is taken for what all are, and
 * made sure of as they come.
 *
 * @returns undefined where the rows have to be surveyed first, to make the profile or to tell what is wrong with them
 */
const profileByGuess = async (
  { request, dataset, columns, faults }: OpenedRequest,
  threads: WalkThreads,
): Promise<ProfiledDataset | undefined> => {
  const { policy, onScored, mergeable = false } = request;
  if (!faults.isEmpty || policy.artifact !== undefined || policy.consistency !== undefined)
    return undefined;
  // Whoever is told of rows is told in codes, and a part may lack a label.
  if (onScored !== undefined || mergeable) return undefined;
  const survey = await guessSurvey(policy, columns, dataset);
  if (survey === undefined) return undefined;
  const positions = positionsOf(survey);
  if (positions === undefined) return undefined;
  const layout = policyLayout(policy, survey);
  const own = new FaultCollector(policy.data.evaluation);
  await surveyIntersections(layout, survey, dataset, duckdbDialect, own);
  if (!own.isEmpty) return undefined;
  request.onProgress?.({ step: 'survey', done: 1, total: 1 });
  const relation = relationOfData(survey, dataset, duckdbDialect);
  const table = { dataset, relation, layout, rows: survey.rows, positions };
  try {
    const profile = await profileScoredTable(table, [], request, threads);
    return { profile, unfavorable: survey.unfavorable, ...ofFile(undefined), warnings: [] };
  } catch (error) {
    if (error instanceof UnexpectedRows) return undefined;
    throw error;
  }
};

/** The profile of data that was looked over first, and whose rows were scored by the models if there are any. */
const profileBySurvey = async (
  opened: OpenedRequest,
  threads: WalkThreads,
): Promise<ProfiledDataset> => {
  const { request, dataset, version, champion } = opened;
  const { survey, layout, alike, countsMissing, gaps } = await surveyed(opened);
  request.onProgress?.({ step: 'survey', done: 1, total: 1 });
  const scored = await scoreRows(
    {
      dataset,
      survey,
      version: version ?? null,
      champion: champion ?? null,
      hasMissingValues: gaps.size > 0,
      countsMissing,
    },
    (done) => request.onProgress?.({ step: 'score', done, total: survey.rows }),
  );
  if (request.onScored !== undefined)
    await tellRows(dataset, scored.relation, survey, request.onScored);
  const table = { dataset, relation: scored.relation, layout, rows: survey.rows };
  return {
    profile: await profileScoredTable(table, alike, request, threads),
    unfavorable: survey.unfavorable,
    ...ofFile(version),
    warnings: [
      ...missingWarnings(new Map([...scored.missing, ...gaps])),
      ...disagreementWarnings(scored.disagreements, survey.rows),
    ],
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
  const survey = await surveyDataset(policy, columns, dataset, faults, isPart);
  const alike = await surveyAlike(columns.alike, dataset, faults);
  // All faults are told at once; without any so far, columns that can have none are left to whoever scores them.
  const countsMissing = faults.isEmpty && version?.endpoint === undefined;
  const gaps = await surveyInputs(
    neededColumns([version, champion], (input) => !(countsMissing && endsInNaN(input))),
    dataset,
    faults,
  );
  faults.throwIfAny();
  if (survey === undefined) throw new Error('A survey failed without a fault.');
  const layout = policyLayout(policy, survey);
  await surveyIntersections(layout, survey, dataset, duckdbDialect, faults);
  faults.throwIfAny();
  return { survey, layout, alike, countsMissing, gaps };
};

const disagreementWarnings = (disagreements: ReadonlyMap<string, number>, rows: number): string[] =>
  [...disagreements]
    .filter(([, count]) => count > 0)
    .map(
      ([name, count]) =>
        `${name}: in ${count} of ${rows} rows the predicted label is not the more probable one. ` +
        'That is right for a decision threshold other than ½, and wrong for anything else.',
    );
