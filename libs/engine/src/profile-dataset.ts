import { stat } from 'node:fs/promises';
import type { DatasetFile, OnnxInspection } from '@sluice/artifacts';
import { SluiceError, type Policy, type DatasetFormat } from '@sluice/contracts';
import type { BinaryProfile, Profile } from '@sluice/evaluation';
import { assembleProfile } from './assembly/assemble-profile.js';
import { Dataset, type DatasetSource } from './dataset/dataset.js';
import { surveyInputs } from './dataset/input-survey.js';
import { guessSurvey } from './dataset/guess-survey.js';
import { findPolicyColumns, type PolicyColumns } from './dataset/policy-columns.js';
import { policyLayout, surveyIntersections } from './dataset/policy-layout.js';
import { UnexpectedRows } from './dataset/stream-vectors.js';
import { surveyDataset } from './dataset/survey.js';
import { FaultCollector } from './fault-collector.js';
import {
  bindCandidate,
  inspectCandidate,
  inspectEndpoint,
  type BoundModel,
  type Candidate,
  type ModelSource,
} from './inference/candidate.js';
import { endsInNaN, neededColumns } from './inference/counted-inputs.js';
import { loadModels, type LoadedModel } from './inference/loaded-model.js';
import type { PlannedOutputs } from './inference/model-plan.js';
import type { EndpointSource } from './inference/endpoint/endpoint.js';
import { neighbourProfile } from './neighbours/neighbour-profile.js';
import { surveyAlike, type AlikeColumn } from './neighbours/survey-alike.js';
import { rankPair, ranksAsPair } from './ranking/rank-pair.js';
import {
  countAndRank,
  countsAsItRanks,
  rankScores,
  type ScoredTable,
} from './ranking/rank-scores.js';
import type { RankOptions } from './ranking/walk-rounds.js';
import { WalkThreads } from './ranking/walk-threads.js';
import { positionsOf, relationOfData } from './scored-relations.js';
import { scoreRows, tellRows, type ScoredRows } from './scored-rows.js';
import { duckdbDialect } from './sql/duckdb-dialect.js';
import type { ScoredRelation } from './sql/scored-relation.js';
import { SqlSums } from './sql/sql-sums.js';
import { profileTask } from './tasks/profile-task.js';
import { surveyTask } from './tasks/task-survey.js';

/** What is done so far: rows for `score`, steps of counting for `rank`, places of rows for `neighbours`. */
export interface ProfileProgress {
  readonly step: 'survey' | 'score' | 'rank' | 'neighbours';
  readonly done: number;
  readonly total: number;
}

export interface ProfileRequest {
  readonly policy: Policy;
  /** The format is needed when neither paths nor `data.evaluation` have an extension that tells. */
  readonly dataset: (
    | { readonly path: string }
    /** See `findDatasetFiles`; rows come in the order of these. */
    | { readonly files: readonly DatasetFile[] }
  ) & { readonly format?: DatasetFormat; readonly untyped?: readonly string[] };
  /** Scores and predictions in a table of their own; needed exactly when the policy names one. */
  readonly predictions?: { readonly files: readonly DatasetFile[] };
  /** The version; it or an endpoint is needed exactly when the policy names an artifact. */
  readonly model?: ModelSource;
  /** Where the version runs, to be asked for its scores in place of the model's file. */
  readonly endpoint?: EndpointSource;
  /** The version in production; it is scored on the same rows. */
  readonly champion?: ModelSource | null;
  /**
   * Whether the profile is to be merged with others: it then keeps the runs of scores, from which merged profiles take their
   * ranks, at the cost of a few more groupings of the rows. Without them merged ranks are known by the bins of scores.
   *
   * Labels and groups that the table lacks may be in the others, so that it is no fault if it has one of them only. Rows
   * aren't compared with their neighbours, which may be in the others, too.
   */
  readonly mergeable?: boolean;
  readonly onProgress?: (progress: ProfileProgress) => void;
  /** Told of the scored rows, in order, batch by batch; groups are positions in the profile's, by column. */
  readonly onScored?: (rows: ScoredRows) => void;
  /** Stops the work at the next batch or query; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ProfiledDataset<Own extends Profile = BinaryProfile> {
  readonly profile: Own;
  /** The value of binary labels beside the favorable one, as text; null where a part has none, and of other tasks. */
  readonly unfavorable: string | null;
  /** Of the version; null when the scores came with the data or from an endpoint. */
  readonly inspection: OnnxInspection | null;
  /** Which of the version's outputs were used, and how; null where the inspection is. */
  readonly outputs: PlannedOutputs | null;
  /** What is no fault but should be known, as sentences. */
  readonly warnings: readonly string[];
}

/**
 * Makes the profile of a dataset under a policy: scores its rows by the version and the champion, or takes the scores
 * and predictions that it holds, then counts and ranks them.
 *
 * Missing values (NULL, NaN, an empty field in CSV) are given to floating-point inputs as NaN, with a warning, and are
 * faults anywhere else. The same files give the same profile on every machine of the same architecture.
 *
 * The profile is of the policy's task, which the caller names if it isn't binary classification.
 *
 * @throws SluiceError `invalid_data` or `invalid_artifact`, with all faults that can be known at once
 */
export const profileDataset = async <Own extends Profile = BinaryProfile>(
  request: ProfileRequest,
): Promise<ProfiledDataset<Own>> => {
  const { policy, signal } = request;
  signal?.throwIfAborted();
  assertRequest(request);
  const faults = new FaultCollector(policy.data.evaluation);
  const candidates = await inspectCandidates(request, faults);
  const threads = new WalkThreads();
  try {
    // Where data holds scores they are needed soon: a model's scores take far longer than threads to start.
    if (policy.columns.score !== undefined && (await isLarge(request.dataset))) threads.start();
    return await profileCandidates<Own>(request, candidates, faults, threads);
  } finally {
    await threads.close();
  }
};

const profileCandidates = async <Own extends Profile>(
  request: ProfileRequest,
  candidates: Candidates,
  faults: FaultCollector,
  threads: WalkThreads,
): Promise<ProfiledDataset<Own>> => {
  const { policy, signal, mergeable: isPart = false } = request;
  const source = evaluationSource(request);
  request.onProgress?.({ step: 'survey', done: 0, total: 1 });
  const dataset = await faults.gather(() => Dataset.open(source, signal));
  if (dataset === undefined) throw faults.error();
  const loading: LoadedModel[] = [];
  try {
    const columns = findPolicyColumns(policy, dataset, faults);
    const bind = (candidate: Candidate | undefined) =>
      candidate && bindCandidate(candidate, policy, dataset, faults);
    const bound = [await bind(candidates.version), await bind(candidates.champion)];
    const [version, champion] = faults.isEmpty ? await loadModels(bound, dataset) : bound;
    loading.push(...[version, champion].flatMap((model) => model?.loaded ?? []));
    if (policy.task !== 'binary-classification') {
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
      const found = await surveyTask(policy, columns, dataset, faults, models, isPart);
      const layout = found && policyLayout(policy, found);
      if (found && layout) await surveyIntersections(layout, found, dataset, duckdbDialect, faults);
      const gone = await surveyInputs(neededColumns([version, champion]), dataset, faults);
      faults.throwIfAny();
      if (found === undefined || layout === undefined)
        throw new Error('A survey failed without a fault.');
      request.onProgress?.({ step: 'survey', done: 1, total: 1 });
      const profile = await profileTask({
        policy,
        dataset,
        survey: found,
        layout,
        version: version ?? null,
        champion: champion ?? null,
        hasMissingValues: gone.size > 0,
        mergeable: isPart,
        onProgress: request.onProgress,
        signal,
      });
      return {
        profile: profile as Profile as Own,
        unfavorable: null,
        ...ofFile(version),
        warnings: [...found.warnings, ...missingWarnings(gone)],
      };
    }
    const guessed = await profileByGuess(dataset, columns, faults, request, threads);
    if (guessed !== undefined) return guessed as ProfiledDataset<Own>;
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
      profile: (await makeProfile(table, alike, request, threads)) as Own,
      unfavorable: survey.unfavorable,
      ...ofFile(version),
      warnings: [
        ...missingWarnings(new Map([...scored.missing, ...gaps])),
        ...disagreementWarnings(scored.disagreements, survey.rows),
      ],
    };
  } finally {
    await Promise.all(loading.map((model) => model.close()));
    await dataset.close();
  }
};

/**
 * The profile of data with scores, from one look at the rows: what the first of them are is taken for what all are, and
 * made sure of as they come.
 *
 * @returns undefined where the rows have to be surveyed first, to make the profile or to tell what is wrong with them
 */
const profileByGuess = async (
  dataset: Dataset,
  columns: PolicyColumns,
  faults: FaultCollector,
  request: ProfileRequest,
  threads: WalkThreads,
): Promise<ProfiledDataset<Profile> | undefined> => {
  const { policy, onScored, mergeable = false } = request;
  if (!faults.isEmpty || policy.artifact !== undefined || policy.consistency !== undefined)
    return undefined;
  // Whoever is told of rows is told in codes, and a part may lack a label.
  if (onScored !== undefined || mergeable) return undefined;
  const survey = await guessSurvey(policy, columns, dataset);
  if (survey === undefined) return undefined;
  const layout = policyLayout(policy, survey);
  const own = new FaultCollector(policy.data.evaluation);
  await surveyIntersections(layout, survey, dataset, duckdbDialect, own);
  if (!own.isEmpty) return undefined;
  request.onProgress?.({ step: 'survey', done: 1, total: 1 });
  const relation = relationOfData(survey, dataset, duckdbDialect);
  const positions = positionsOf(survey);
  const table = { dataset, relation, layout, rows: survey.rows, positions };
  try {
    const profile = await makeProfile(table, [], request, threads);
    return { profile, unfavorable: survey.unfavorable, ...ofFile(undefined), warnings: [] };
  } catch (error) {
    if (error instanceof UnexpectedRows) return undefined;
    throw error;
  }
};

/** What is known of a model that runs here. */
const ofFile = (
  version: BoundModel | undefined,
): Pick<ProfiledDataset, 'inspection' | 'outputs'> => {
  if (version === undefined || version.endpoint !== undefined)
    return { inspection: null, outputs: null };
  return { inspection: version.inspection, outputs: version.outputs };
};

/** The files of a table, and what its faults call it. */
export const sourceOf = (
  dataset: ProfileRequest['dataset'],
  name: string,
): Omit<DatasetSource, 'predictions'> => {
  const files = 'path' in dataset ? [{ path: dataset.path, name }] : dataset.files;
  return { files, format: dataset.format, name, untyped: dataset.untyped };
};

/** The evaluation data, with the predictions for it. */
const evaluationSource = ({ policy, dataset, predictions }: ProfileRequest): DatasetSource => ({
  ...sourceOf(dataset, policy.data.evaluation),
  predictions: predictions && {
    files: predictions.files,
    name: policy.data.predictions as string,
    columns: {
      key: policy.columns.key as string,
      score: policy.columns.score,
      prediction: policy.columns.prediction,
      scores: policy.columns.scores,
    },
  },
});

/** Less than the scores of more rows than are ranked without threads mostly take. */
const fewBytes = 128 * 1024;

/** Whether threads are likely to be needed. A file that can't be looked at is a fault for whoever opens it. */
const isLarge = async (dataset: ProfileRequest['dataset']): Promise<boolean> => {
  const paths = 'path' in dataset ? [dataset.path] : dataset.files.map(({ path }) => path);
  let bytes = 0;
  for (const path of paths) {
    bytes += await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    if (bytes > fewBytes) return true;
  }
  return false;
};

/** A caller's mistakes, as opposed to those in data and models. */
const assertRequest = (request: ProfileRequest): void => {
  const { policy, predictions, model, endpoint, champion } = request;
  if ((policy.data.predictions === undefined) !== (predictions === undefined))
    throw new SluiceError(
      'invalid_request',
      predictions === undefined
        ? 'The policy takes scores from data.predictions, which is not at hand here; join them into the table of data.evaluation.'
        : 'The policy names no data.predictions, and predictions were given.',
    );
  if (model !== undefined && endpoint !== undefined)
    throw new SluiceError('invalid_request', 'Both a model and an endpoint were given.');
  if (policy.artifact !== undefined && model === undefined && endpoint === undefined)
    throw new SluiceError(
      'invalid_request',
      'The policy names an artifact, and no model was given.',
    );
  if (policy.artifact === undefined && (model ?? endpoint ?? champion ?? null) !== null)
    throw new SluiceError(
      'invalid_request',
      'The policy takes scores from the data, and a model was given.',
    );
};

/** The version and the champion; undefined for what isn't given or has faults. */
interface Candidates {
  readonly version: Candidate | undefined;
  readonly champion: Candidate | undefined;
}

const inspectCandidates = async (
  { policy, model, endpoint, champion, signal }: ProfileRequest,
  faults: FaultCollector,
): Promise<Candidates> => {
  const name = policy.artifact ?? '';
  return {
    version: endpoint
      ? await faults.gather(() => inspectEndpoint(endpoint, signal))
      : model && (await faults.gather(() => inspectCandidate(model, name))),
    champion: champion
      ? await faults.gather(() => inspectCandidate(champion, `${name} (champion)`))
      : undefined,
  };
};

const makeProfile = async (
  table: ScoredTable,
  alike: readonly AlikeColumn[],
  { policy, signal, onProgress, mergeable = false }: ProfileRequest,
  threads: WalkThreads,
): Promise<Profile> => {
  const { dataset, relation, layout, rows } = table;
  // Rows of data are looked at one by one only here; those that models scored were told of before.
  const onRows =
    relation.from === 'data'
      ? (done: number) => onProgress?.({ step: 'score', done, total: rows })
      : () => undefined;
  const options = { threads };
  const isPaired = ranksAsPair(table);
  const isRanked = isPaired || countsAsItRanks(relation);
  const sums = isPaired
    ? await rankPair(table, onRows)
    : isRanked
      ? await countAndRank(table, options, onRows)
      : await SqlSums.of((sql) => dataset.query(sql), duckdbDialect, relation, layout, rows);
  const steps = [
    ...(isRanked || relation.score === null
      ? []
      : [() => rankScores({ ...sums, ...table }, 'version', options, onRows)]),
    ...stepsOf(table, sums, isPaired, options),
    ...(mergeable ? runSteps(relation, sums) : []),
  ];
  const earlier = Number(isRanked);
  const total = earlier + steps.length;
  const tell = (done: number): void => {
    signal?.throwIfAborted();
    onProgress?.({ step: 'rank', done, total });
  };
  if (isRanked) tell(earlier);
  if (total === 0) onRows(rows);
  for (const [done, step] of steps.entries()) {
    await step();
    tell(earlier + done + 1);
  }
  signal?.throwIfAborted();
  // It is awaited where they were made.
  void threads.close();
  const profile = assembleProfile(rows, sums.slices, sums.sums, sums.units);
  if (policy.consistency === undefined || mergeable) return profile;
  const neighbours = await neighbourProfile({
    dataset,
    relation,
    rows,
    policy: policy.consistency,
    columns: alike,
    onProgress: (done, total) => onProgress?.({ step: 'neighbours', done, total }),
    signal,
  });
  return { ...profile, neighbours };
};

/**
 * What follows once the version's scores are ranked, and the champion's with them if they are a pair. Amounts come from
 * SQL, and so does what version and champion have in common where there are too many rows to rank them as a pair.
 */
const stepsOf = (
  table: ScoredTable,
  sums: SqlSums,
  isPaired: boolean,
  options: RankOptions,
): (() => Promise<void>)[] => {
  const { score, champion, amount } = table.relation;
  if (score === null) return [];
  const amounts = (of: 'version' | 'champion') =>
    amount === null ? [] : [() => sums.addAmounts(of)];
  if (champion === null) return amounts('version');
  const apart = [
    () => rankScores({ ...sums, ...table }, 'champion', options),
    () => sums.addLosses(['difference']),
    () => sums.addCovariances(),
  ];
  return [...amounts('version'), ...(isPaired ? [] : apart), ...amounts('champion')];
};

/** What ranks of merged profiles are taken from. */
const runSteps = ({ score, champion }: ScoredRelation, sums: SqlSums): (() => Promise<void>)[] => {
  if (score === null) return [];
  const version = () => sums.addRuns('version');
  return champion === null
    ? [version]
    : [version, () => sums.addRuns('champion'), () => sums.addPairs()];
};

const missingWarnings = (missing: ReadonlyMap<string, number>): string[] =>
  Array.from(
    missing,
    ([column, count]) =>
      `The column ${JSON.stringify(column)} has ${count} missing values, which the model gets as NaN.`,
  );

const disagreementWarnings = (disagreements: ReadonlyMap<string, number>, rows: number): string[] =>
  [...disagreements]
    .filter(([, count]) => count > 0)
    .map(
      ([name, count]) =>
        `${name}: in ${count} of ${rows} rows the predicted label is not the more probable one. ` +
        'That is right for a decision threshold other than ½, and wrong for anything else.',
    );
