import { stat } from 'node:fs/promises';
import type { DatasetFile } from '@sluice/artifacts';
import { SluiceError, type DatasetFormat, type Policy } from '@sluice/contracts';
import type { DatasetSource } from './dataset/dataset.js';
import type { ModelSource } from './inference/candidate.js';
import type { EndpointSource } from './inference/endpoint/endpoint.js';
import type { ScoredRows } from './scored-rows.js';

/** What is done so far: rows for `score`, steps of counting for `rank`, places of rows for `neighbours`. */
export interface ProfileProgress {
  readonly step: 'survey' | 'score' | 'rank' | 'neighbours';
  readonly done: number;
  readonly total: number;
}

/** A table, and what to score it by. */
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

/** A caller's mistakes, as opposed to those in data and models. */
export const assertRequest = (request: ProfileRequest): void => {
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

/** The files of a table, and what its faults call it. */
export const sourceOf = (
  dataset: ProfileRequest['dataset'],
  name: string,
): Omit<DatasetSource, 'predictions'> => {
  const files = 'path' in dataset ? [{ path: dataset.path, name }] : dataset.files;
  return { files, format: dataset.format, name, untyped: dataset.untyped };
};

/** The evaluation data, with the predictions for it. */
export const evaluationSource = ({
  policy,
  dataset,
  predictions,
}: ProfileRequest): DatasetSource => ({
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
export const isLarge = async (dataset: ProfileRequest['dataset']): Promise<boolean> => {
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
