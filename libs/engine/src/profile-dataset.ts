import type { OnnxInspection } from '@sluice/artifacts';
import { SluiceError, type Policy, type DatasetFormat } from '@sluice/contracts';
import type { Profile, ProtectedProfile } from '@sluice/evaluation';
import { Ranker } from './counting/ranking.js';
import type { ScoredRows, Tally } from './counting/tally.js';

import type { DatasetFile } from './dataset/dataset-files.js';
import { Dataset, type DatasetSource } from './dataset/dataset.js';
import { surveyInputs, type NeededColumn } from './dataset/input-survey.js';
import { findPolicyColumns } from './dataset/policy-columns.js';
import { surveyDataset, type Survey } from './dataset/survey.js';
import { FaultCollector } from './fault-collector.js';
import {
  bindCandidate,
  inspectCandidate,
  inspectEndpoint,
  type BoundModel,
  type Candidate,
  type ModelSource,
} from './inference/candidate.js';
import type { PlannedOutputs } from './inference/model-plan.js';
import type { EndpointSource } from './inference/endpoint/endpoint.js';
import { scoreRows } from './scored-rows.js';

/** What is done so far: rows for `score`; for `rank` the whole table, then each protected column. */
export interface ProfileProgress {
  readonly step: 'survey' | 'score' | 'rank';
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
  ) & { readonly format?: DatasetFormat };
  /** Scores and predictions in a table of their own; needed exactly when the policy names one. */
  readonly predictions?: { readonly files: readonly DatasetFile[] };
  /** The version; it or an endpoint is needed exactly when the policy names an artifact. */
  readonly model?: ModelSource;
  /** Where the version runs, to be asked for its scores in place of the model's file. */
  readonly endpoint?: EndpointSource;
  /** The version in production; it is scored on the same rows. */
  readonly champion?: ModelSource | null;
  readonly onProgress?: (progress: ProfileProgress) => void;
  /** Told of the scored rows, in order, batch by batch; groups are positions in the profile's, by column. */
  readonly onScored?: (rows: ScoredRows) => void;
  /** Stops the work at the next batch or query; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ProfiledDataset {
  readonly profile: Profile;
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
 * @throws SluiceError `invalid_data` or `invalid_artifact`, with all faults that can be known at once
 */
export const profileDataset = async (request: ProfileRequest): Promise<ProfiledDataset> => {
  const { policy, signal } = request;
  signal?.throwIfAborted();
  assertRequest(request);
  const faults = new FaultCollector(policy.data.evaluation);
  const candidates = await inspectCandidates(request, faults);
  const source = sourceOf(request);
  request.onProgress?.({ step: 'survey', done: 0, total: 1 });
  const dataset = await faults.gather(() => Dataset.open(source, signal));
  if (dataset === undefined) throw faults.error();
  try {
    const columns = findPolicyColumns(policy, dataset, faults);
    const bind = (candidate: Candidate | undefined) =>
      candidate && bindCandidate(candidate, policy, dataset, faults);
    const version = await bind(candidates.version);
    const champion = await bind(candidates.champion);
    const survey = await surveyDataset(policy, columns, dataset, faults);
    const missing = await surveyInputs(neededColumns(version, champion), dataset, faults);
    faults.throwIfAny();
    if (survey === undefined) throw new Error('A survey failed without a fault.');
    request.onProgress?.({ step: 'survey', done: 1, total: 1 });

    const scored = await scoreRows(
      {
        dataset,
        survey,
        version: version ?? null,
        champion: champion ?? null,
        hasMissingValues: missing.size > 0,
        onScored: request.onScored,
      },
      (done) => request.onProgress?.({ step: 'score', done, total: survey.rows }),
    );
    return {
      profile: await makeProfile(survey, scored.tally, request),
      inspection: version?.endpoint === undefined ? (version?.inspection ?? null) : null,
      outputs: version?.endpoint === undefined ? (version?.outputs ?? null) : null,
      warnings: [
        ...missingWarnings(missing),
        ...disagreementWarnings(scored.disagreements, survey.rows),
      ],
    };
  } finally {
    await dataset.close();
  }
};

const sourceOf = ({ policy, dataset, predictions }: ProfileRequest): DatasetSource => {
  const name = policy.data.evaluation;
  const files = 'path' in dataset ? [{ path: dataset.path, name }] : dataset.files;
  return {
    files,
    format: dataset.format,
    name,
    predictions: predictions && {
      files: predictions.files,
      name: policy.data.predictions as string,
      columns: {
        key: policy.columns.key as string,
        score: policy.columns.score,
        prediction: policy.columns.prediction,
      },
    },
  };
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
const inspectCandidates = async (
  { policy, model, endpoint, champion, signal }: ProfileRequest,
  faults: FaultCollector,
): Promise<{ version: Candidate | undefined; champion: Candidate | undefined }> => {
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

const neededColumns = (...models: readonly (BoundModel | undefined)[]): NeededColumn[] => {
  const all = models.flatMap((model) =>
    (model?.inputs ?? []).flatMap(({ columns, storage, width }) =>
      columns.map((column) => ({ column, storage, width })),
    ),
  );
  const isSame = (a: NeededColumn, b: NeededColumn): boolean =>
    a.column === b.column && a.storage === b.storage && a.width === b.width;
  return all.filter((one, index) => all.findIndex((other) => isSame(one, other)) === index);
};

const makeProfile = async (
  survey: Survey,
  tally: Tally,
  { signal, onProgress }: ProfileRequest,
): Promise<Profile> => {
  const ranker = tally.kept && new Ranker(tally.kept);
  const total = 1 + survey.groups.length;
  let done = 0;
  const ranked = async <Ranking>(
    work: (ranker: Ranker) => Promise<Ranking>,
  ): Promise<Ranking | null> => {
    if (ranker === null) return null;
    signal?.throwIfAborted();
    const ranking = await work(ranker);
    onProgress?.({ step: 'rank', done: (done += 1), total });
    return ranking;
  };
  try {
    const ranking = await ranked((all) => all.rankAll());
    const byColumn: ProtectedProfile[] = [];
    for (const [position, { column, privileged, names }] of survey.groups.entries()) {
      const rankings = await ranked((groups) => groups.rankGroups(position, names.length));
      byColumn.push({
        column: column.name,
        privileged,
        within: null,
        groups: names.map((group, code) => ({
          group,
          cells: tally.groupCells(position, code),
          ranking: rankings?.[code] ?? null,
          scores: tally.groupScores(position, code),
          losses: null,
        })),
      });
    }
    return {
      task: 'binary-classification',
      rows: survey.rows,
      overall: {
        cells: tally.overallCells,
        ranking,
        scores: tally.overallScores,
        losses: null,
      },
      byColumn,
    };
  } finally {
    await ranker?.close();
  }
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
