import { metricDefinition, SluiceError, weighsDrift, type Policy } from '@sluice/contracts';
import type { BinaryProfile } from '@sluice/evaluation';
import { Dataset } from '../dataset/dataset.js';
import type { ModelSource } from '../inference/candidate.js';
import type { EndpointSource } from '../inference/endpoint/endpoint.js';
import { profileDataset } from '../profile-dataset.js';
import { sourceOf, type ProfileRequest } from '../profile-request.js';
import { asksForPerformance, performanceDrift } from './performance-drift.js';
import { profileDrift, type ProfiledDrift } from './profile-drift.js';
import { ScoredCounts } from './scored-counts.js';

export interface DriftProgress {
  readonly step: 'drift';
  /** Rows of both tables. */
  readonly done: number;
  readonly total: number;
}

export interface DatasetDriftRequest {
  /** Names a reference. */
  readonly policy: Policy;
  readonly dataset: ProfileRequest['dataset'];
  readonly reference: ProfileRequest['dataset'];
  /** The version, which is needed when the policy names an artifact and a check asks for predictions. */
  readonly model?: ModelSource;
  /** The scored rows of the dataset, if they are known; otherwise they are scored when a check needs them. */
  readonly scored?: ScoredCounts | null;
  /** Where the version runs, in place of the model. */
  readonly endpoint?: EndpointSource;
  readonly onProgress?: (progress: DriftProgress) => void;
  /** Stops the work at the next batch or query; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * How a dataset differs from the reference that the policy names. When a check asks for predictions, labels or expected
 * performance, the reference rows are scored as well, by the same model.
 *
 * @throws SluiceError `invalid_data` or `invalid_artifact`, with what is wrong
 */
export const driftOfDataset = async (request: DatasetDriftRequest): Promise<ProfiledDrift> => {
  const { policy, dataset, signal } = request;
  signal?.throwIfAborted();
  const name = policy.data.reference;
  if (name === undefined)
    throw new SluiceError(
      'invalid_request',
      'The policy names no reference to measure drift against.',
    );
  const needsScores = policy.checks.some(({ metric }) => metricDefinition(metric).scoresReference);
  const estimates = asksForPerformance(policy);
  const weighted = weighsDrift(policy);
  const counts = {
    reference: new ScoredCounts(weighted),
    current: request.scored ?? new ScoredCounts(weighted),
  };
  const scored = needsScores
    ? await ofReference(() =>
        profileScores(name, request.reference, request, estimates ? counts.reference : null),
      )
    : null;
  const unscored = estimates && (request.scored ?? null) === null;
  // The evaluation's own profile counts rows by their weight.
  const isWeighedOtherwise = needsScores && !weighted && policy.columns.weight !== undefined;
  const current =
    unscored || isWeighedOtherwise
      ? await profileScores(
          policy.data.evaluation,
          dataset,
          request,
          unscored ? counts.current : null,
        )
      : null;
  const reference = await ofReference(() =>
    Dataset.open(sourceOf(request.reference, name), signal),
  );
  try {
    const opened = await Dataset.open(sourceOf(dataset, policy.data.evaluation), signal);
    try {
      return await profileDrift({
        policy,
        tables: { reference, current: opened },
        reference: scored,
        ...(isWeighedOtherwise && current !== null ? { current } : {}),
        performance: estimates
          ? performanceDrift(counts.reference, counts.current, policy.drift?.chunks)
          : null,
        onProgress: (done, total) => request.onProgress?.({ step: 'drift', done, total }),
        signal,
      });
    } finally {
      await opened.close();
    }
  } finally {
    await reference.close();
  }
};

/** The labels and scores of a table. Groups and checks are of the evaluation's own profile alone, and weights when drift ignores them. */
const profileScores = async (
  name: string,
  dataset: ProfileRequest['dataset'],
  { policy, model, endpoint, onProgress, signal }: DatasetDriftRequest,
  counts: ScoredCounts | null,
): Promise<BinaryProfile> => {
  const { value: _value, drift: _drift, ...rest } = policy;
  const { weight, ...columns } = policy.columns;
  const { profile } = await profileDataset({
    policy: {
      ...rest,
      data: { evaluation: name },
      columns: {
        ...columns,
        ...(weight !== undefined && weighsDrift(policy) ? { weight } : {}),
        protected: [],
        control: [],
      },
      checks: [],
    },
    dataset,
    ...(model === undefined ? {} : { model }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(counts === null ? {} : { onScored: (rows) => counts.add(rows) }),
    onProgress: ({ done, total }) => onProgress?.({ step: 'drift', done, total }),
    ...(signal === undefined ? {} : { signal }),
  });
  return profile;
};

/** What is wrong with a table is told of the key of the policy that names it. */
const ofReference = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'invalid_data') throw error;
    const faults = error.faults.map((fault) =>
      fault.path === 'data.evaluation' ? { ...fault, path: 'data.reference' } : fault,
    );
    throw new SluiceError(error.code, error.message, { faults, cause: error });
  }
};
