import { Dataset } from './dataset/dataset.js';
import { findPolicyColumns, type PolicyColumns } from './dataset/policy-columns.js';
import type { FaultCollector } from './fault-collector.js';
import {
  bindCandidate,
  inspectCandidate,
  inspectEndpoint,
  type BoundModel,
  type Candidate,
} from './inference/candidate.js';
import { loadModels } from './inference/loaded-model.js';
import { evaluationSource, type ProfileRequest } from './profile-request.js';

/** A request whose data is open, and whose models were bound to it and are loading. */
export interface OpenedRequest {
  readonly request: ProfileRequest;
  readonly dataset: Dataset;
  readonly columns: PolicyColumns;
  /** Undefined for models that weren't given or have faults, which are among `faults` then. */
  readonly version: BoundModel | undefined;
  readonly champion: BoundModel | undefined;
  /** What was found wrong so far. */
  readonly faults: FaultCollector;
}

/** The version and the champion; undefined for what isn't given or has faults. */
export interface Candidates {
  readonly version: Candidate | undefined;
  readonly champion: Candidate | undefined;
}

/** Looks at the models before any data is opened. What is wrong with one becomes faults. */
export const inspectCandidates = async (
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

/**
 * Opens the data of a request, binds its models to it, and closes all of them once the work is done.
 *
 * @throws SluiceError `invalid_data` when the data can't be opened
 */
export const withOpened = async <Answer>(
  request: ProfileRequest,
  candidates: Candidates,
  faults: FaultCollector,
  work: (opened: OpenedRequest) => Promise<Answer>,
): Promise<Answer> => {
  const { policy, signal } = request;
  const source = evaluationSource(request);
  const dataset = await faults.gather(() => Dataset.open(source, signal));
  if (dataset === undefined) throw faults.error();
  let models: readonly (BoundModel | undefined)[] = [];
  try {
    const columns = findPolicyColumns(policy, dataset, faults);
    const bind = (candidate: Candidate | undefined) =>
      candidate && bindCandidate(candidate, policy, dataset, faults);
    const bound = [await bind(candidates.version), await bind(candidates.champion)];
    models = faults.isEmpty ? await loadModels(bound, dataset) : bound;
    const [version, champion] = models;
    return await work({ request, dataset, columns, version, champion, faults });
  } finally {
    await Promise.all(models.map((model) => model?.loaded?.close()));
    await dataset.close();
  }
};
