import { readFileSync } from 'node:fs';
import { SluiceError } from '@sluice/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Predictor } from '../inference/inference-session.js';
import type { Tensor } from '../inference/tensor.js';
import { inferResponseOf } from './infer-response.js';
import { readInferRequest, type InferenceRequest } from './infer-request.js';

/** What the routes ask about the process that they are in. */
export interface Serving {
  readonly model: { name: string; version: string };
  /** Null until the artifact is loaded and verified. */
  readonly predictor: Predictor | null;
  readonly draining: boolean;
}

interface ModelParameters {
  model: string;
  version?: string;
}
type ModelRequest = FastifyRequest<{ Params: ModelParameters }>;

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };
const serverMetadata = { name: 'sluice-model-server', version, extensions: [] };

/** Open Inference Protocol v2 over HTTP, without the binary extension. */
export const openInferenceRoutes = (app: FastifyInstance, serving: Serving): void => {
  app.get('/v2', () => serverMetadata);
  // Public, and the only one: it says that the process runs, and nothing of what it serves.
  app.get('/v2/health/live', { config: { public: true } }, () => ({ live: true }));
  app.get('/v2/health/ready', (_request, reply) => answerReady(reply, { ready: isReady(serving) }));
  for (const path of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get(path, (request: ModelRequest) => metadata(request, serving));
    app.get(`${path}/ready`, (request: ModelRequest, reply) => modelReady(request, reply, serving));
    app.post(`${path}/infer`, (request: ModelRequest, reply) => infer(request, reply, serving));
  }
};

const isReady = ({ predictor, draining }: Serving): boolean =>
  predictor !== null && predictor.responsive && !draining;

const answerReady = <T extends { ready: boolean }>(reply: FastifyReply, body: T): FastifyReply =>
  reply.code(body.ready ? 200 : 503).send(body);

const modelReady = (request: ModelRequest, reply: FastifyReply, serving: Serving): FastifyReply => {
  refuseUnknownModel(request.params, serving);
  return answerReady(reply, { name: serving.model.name, ready: isReady(serving) });
};

const metadata = (request: ModelRequest, serving: Serving): object => {
  const { model } = loaded(request.params, serving);
  return {
    name: serving.model.name,
    versions: [serving.model.version],
    platform: 'onnx_onnxv1',
    inputs: model.signature.inputs,
    outputs: model.signature.outputs,
    parameters: { artifact_digest: model.digest },
  };
};

const infer = async (
  request: ModelRequest,
  reply: FastifyReply,
  serving: Serving,
): Promise<object> => {
  const predictor = loaded(request.params, serving);
  const wanted = readInferRequest(request.body, predictor.model);
  const outputs = await predict(predictor, wanted, abandonment(reply));
  return inferResponseOf({ ...serving.model, digest: predictor.model.digest }, wanted.id, outputs);
};

const refuseUnknownModel = ({ model, version }: ModelParameters, serving: Serving): void => {
  if (model !== serving.model.name)
    throw new SluiceError('not_found', `there is no model ${JSON.stringify(model)} here`);
  if (version !== undefined && version !== serving.model.version) {
    throw new SluiceError(
      'not_found',
      `there is no version ${JSON.stringify(version)} of model ${JSON.stringify(model)} here`,
    );
  }
};

const loaded = (parameters: ModelParameters, serving: Serving): Predictor => {
  refuseUnknownModel(parameters, serving);
  if (serving.predictor === null)
    throw new SluiceError('unavailable', 'the model is still being loaded');
  return serving.predictor;
};

/** Aborts when the connection ends before the answer: nobody should compute for a client that is gone. */
const abandonment = (reply: FastifyReply): AbortSignal => {
  const abandoned = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) abandoned.abort();
  });
  return abandoned.signal;
};

const predict = async (
  predictor: Predictor,
  { inputs, outputs }: InferenceRequest,
  abandoned: AbortSignal,
): Promise<Tensor[]> => {
  try {
    return await predictor.run(inputs, outputs, abandoned);
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'internal')
      refuseUnequalRows(predictor, inputs, error);
    throw error;
  }
};

/**
 * Free dimensions may differ from input to input by design, so unequal numbers of rows are no fault until the
 * model fails on them; then they are the likelier one, and the client's rather than the model's, which a rollout
 * that counts errors must not confuse.
 */
const refuseUnequalRows = (
  predictor: Predictor,
  inputs: readonly Tensor[],
  cause: SluiceError,
): void => {
  const free = inputs.filter(
    (input) =>
      predictor.model.signature.inputs.find(({ name }) => name === input.name)?.shape[0] === -1,
  );
  if (new Set(free.map(({ shape }) => shape[0])).size < 2) return;
  const rows = free.map(({ name, shape }) => `${JSON.stringify(name)} has ${shape[0]}`).join(', ');
  throw new SluiceError(
    'invalid_request',
    `the inputs have different numbers of rows (${rows}): ${cause.message}`,
    { cause },
  );
};
