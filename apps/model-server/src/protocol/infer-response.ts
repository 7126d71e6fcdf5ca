import type { Digest } from '@sluice/contracts';
import type { Tensor } from '../inference/tensor.js';
import { elementCodecs } from './elements.js';

/** Open Inference Protocol v2's answer; `parameters` say which bytes gave it. */
export interface InferResponse {
  model_name: string;
  model_version: string;
  id?: string;
  parameters: { artifact_digest: Digest };
  outputs: { name: string; datatype: string; shape: number[]; data: unknown[] }[];
}

/** Puts a model's outputs into the protocol's words; data is flat and row-major. */
export const inferResponseOf = (
  model: { name: string; version: string; digest: Digest },
  id: string | undefined,
  outputs: readonly Tensor[],
): InferResponse => ({
  model_name: model.name,
  model_version: model.version,
  ...(id === undefined ? {} : { id }),
  parameters: { artifact_digest: model.digest },
  outputs: outputs.map(({ name, datatype, shape, data }) => ({
    name,
    datatype,
    shape,
    data: elementCodecs[datatype].encode(data),
  })),
});
