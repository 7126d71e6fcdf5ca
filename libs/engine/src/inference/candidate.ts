import {
  artifactFilesOf,
  assertSafeExternalData,
  inspectOnnx,
  type OnnxInspection,
  type SizedFile,
} from '@sluice/artifacts';
import type { Policy } from '@sluice/contracts';
import type { Dataset } from '../dataset/dataset.js';
import type { FaultCollector } from '../fault-collector.js';
import { bindTaskOutputs } from '../tasks/bind-task-outputs.js';
import { bindInputs, type BoundInput } from './bind-inputs.js';
import { bindOutputs } from './bind-outputs.js';
import { endpointOf, type Endpoint, type EndpointSource } from './endpoint/endpoint.js';
import { bindFrame, frameOutputs, undescribed } from './endpoint/mlflow.js';
import { describeModel } from './endpoint/open-inference.js';
import type { LoadedModel } from './loaded-model.js';
import type { PlannedOutputs } from './model-plan.js';

/** Where a model is. */
export interface ModelSource {
  /** An ONNX file, with its external data beside it. */
  readonly path: string;
  /** The files that the artifact consists of, by path relative to the model's folder; external data may be in no other. */
  readonly files?: readonly SizedFile[];
}

/** A model that was inspected, though nothing of it has run. */
export interface Candidate {
  /** What faults and warnings call it. */
  readonly name: string;
  readonly path: string;
  readonly inspection: OnnxInspection;
  /** Where it runs, if not here. */
  readonly endpoint?: Endpoint;
}

/** A candidate whose inputs and outputs were found to fit the data and the policy. */
export interface BoundModel extends Candidate {
  readonly inputs: readonly BoundInput[];
  readonly outputs: PlannedOutputs;
  /** Once it begins to load. */
  readonly loaded?: LoadedModel;
}

/**
 * Inspects a model, and makes sure that all data that it refers to is plain files beside it: ONNX Runtime would
 * follow any path, so it sees no model that didn't pass here.
 *
 * @throws SluiceError `invalid_artifact`
 */
export const inspectCandidate = async (source: ModelSource, name: string): Promise<Candidate> => {
  const inspection = await inspectOnnx(source.path, name);
  if (inspection.externalTensors.length > 0) {
    if (source.files !== undefined) assertSafeExternalData(inspection, source.files, name);
    await artifactFilesOf(source.path);
  }
  return { name, path: source.path, inspection };
};

/**
 * Asks an endpoint what its model takes and gives, as far as its protocol tells.
 *
 * @throws SluiceError `invalid_request`, `invalid_artifact` or `unavailable`
 */
export const inspectEndpoint = async (
  source: EndpointSource,
  signal: AbortSignal | undefined,
): Promise<Candidate> => {
  const endpoint = endpointOf(source, signal);
  const inspection =
    endpoint.protocol === 'oip'
      ? await describeModel(endpoint)
      : { ...undescribed, classLabels: endpoint.classes && [...endpoint.classes] };
  return { name: endpoint.client.name, path: '', inspection, endpoint };
};

/** Fits a candidate to the data and the policy; what doesn't fit becomes faults. */
export const bindCandidate = async (
  candidate: Candidate,
  policy: Policy,
  dataset: Dataset,
  faults: FaultCollector,
): Promise<BoundModel | undefined> => {
  const { endpoint } = candidate;
  if (endpoint?.protocol === 'mlflow') {
    const inputs = await bindFrame(policy, dataset, candidate.name, faults);
    return { ...candidate, inputs, outputs: frameOutputs(policy, endpoint) };
  }
  const inputs = await bindInputs(candidate.inspection, policy, dataset, candidate.name, faults);
  const bind = policy.task === 'binary-classification' ? bindOutputs : bindTaskOutputs;
  const outputs = bind(candidate.inspection, policy, candidate.name, faults);
  return outputs && { ...candidate, inputs, outputs };
};
