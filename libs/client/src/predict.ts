import {
  digestSchema,
  SluiceError,
  tensorTypes,
  type Digest,
  type TensorSpec,
} from '@sluice/contracts';
import { z } from 'zod';
import { Transport, type TransportOptions } from './transport.js';

/** A tensor on the wire, in the names of the Open Inference Protocol. */
export interface InferenceTensor {
  name: string;
  shape: number[];
  datatype: TensorSpec['datatype'];
  data: unknown[];
}

export interface InferenceRequest {
  id?: string;
  parameters?: Record<string, unknown>;
  inputs: InferenceTensor[];
  outputs?: { name: string; parameters?: Record<string, unknown> }[];
}

// Loose, since the protocol lets a server add parameters anywhere.
export const inferenceResponseSchema = z.looseObject({
  model_name: z.string(),
  model_version: z.string().optional(),
  id: z.string().optional(),
  outputs: z.array(
    z.looseObject({
      name: z.string(),
      shape: z.array(z.number().int().nonnegative()),
      datatype: z.enum(tensorTypes),
      data: z.array(z.unknown()),
    }),
  ),
});
export type InferenceResponse = z.infer<typeof inferenceResponseSchema>;

export interface Prediction {
  response: InferenceResponse;
  /** The artifact that answered, as its server states it; null when a foreign server states none. */
  artifactDigest: Digest | null;
  /** The version that answered, as the protocol's `model_version`. */
  version: string | null;
}

export interface PredictOptions extends TransportOptions {
  model: string;
  request: InferenceRequest;
}

/**
 * Asks a running model, through the gateway of an environment or at a server itself.
 * A prediction changes nothing, so it is retried like a read.
 *
 * @param options `url` is what comes before `/v2`, as in `Deployment.url`
 */
export const predict = async (options: PredictOptions): Promise<Prediction> => {
  const transport = new Transport(options);
  const path = `/v2/models/${encodeURIComponent(options.model)}/infer`;
  const answer = await transport.send({ method: 'POST', path, json: options.request });
  try {
    const response = inferenceResponseSchema.parse(JSON.parse(answer.text));
    const digest = answer.headers.get('x-sluice-artifact-digest');
    return {
      response,
      artifactDigest: digest === null ? null : digestSchema.parse(digest),
      version: response.model_version ?? null,
    };
  } catch (cause) {
    const message = `${transport.url}${path} did not answer as the Open Inference Protocol demands.`;
    throw new SluiceError('internal', message, { cause });
  }
};
