import {
  assertSafeExternalData,
  inspectOnnx,
  isLocaleMissing,
  isOutputFault,
  readArtifact,
  runnableModel,
  servableModel,
  type LoadedArtifact,
  type OnnxInspection,
  type ServableModel,
} from '@sluice/artifacts';
import { SluiceError, type TensorSpec } from '@sluice/contracts';
import ort from 'onnxruntime-node';
import type { Tensor, TensorData } from './tensor.js';
import type { LoadedModel, WorkerTask } from './worker-messages.js';

/** Open Inference Protocol's datatypes in ONNX Runtime's words. */
const runtimeTypes: Record<TensorSpec['datatype'], ort.Tensor.Type> = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
};

/**
 * An ONNX model in the runtime. Runs block their thread, so it belongs into a worker.
 */
export class OnnxModel {
  private constructor(
    readonly loaded: LoadedModel,
    private readonly session: ort.InferenceSession,
    private readonly tensors: ServableModel['tensors'],
  ) {}

  /** Loads an artifact only if its bytes have the digest that was approved, and only after looking into them. */
  static async load(task: WorkerTask): Promise<OnnxModel> {
    const artifact = await readArtifact(task.manifest, task.folder);
    if (artifact.digest !== task.digest) {
      throw new SluiceError(
        'digest_mismatch',
        `The files in ${task.folder} are the artifact ${artifact.digest}, not the expected ${task.digest}; it is not served.`,
      );
    }
    const inspection = await inspect(artifact);
    const servable = assertServable(inspection);
    const session = await startRuntime(artifact, servable, task);
    refuseDifferentReading(inspection, servable, session);
    const { unrankedInputs } = inspection;
    const { signature, tensors } = servable;
    return new OnnxModel({ digest: artifact.digest, signature, unrankedInputs }, session, tensors);
  }

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<Tensor[]> {
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, toRuntime(input)]));
    // The error is thrown; the runtime need not print it as well.
    const fetches = [...new Set(outputs.map((name) => this.tensorOf(name)))];
    const results = await this.session.run(feeds, fetches, { logSeverityLevel: 4 });
    return outputs.map((name) => this.fromRuntime(name, results[this.tensorOf(name)]));
  }

  private tensorOf(output: string): string {
    return this.tensors.get(output) ?? output;
  }

  private fromRuntime(name: string, value: ort.OnnxValue | undefined): Tensor {
    const spec = this.loaded.signature.outputs.find((output) => output.name === name);
    if (spec === undefined || value === undefined || value.type !== runtimeTypes[spec.datatype]) {
      throw new Error(
        `the runtime gave ${value?.type ?? 'nothing'} for the output ${name}, declared as ${spec?.datatype}`,
      );
    }
    return { name, datatype: spec.datatype, shape: [...value.dims], data: plainData(value.data) };
  }
}

const inspect = async (artifact: LoadedArtifact): Promise<OnnxInspection> => {
  const inspection = await inspectOnnx(bytesOf(artifact), artifact.modelFile);
  const files = [...artifact.files].map(([path, bytes]) => ({ path, size: bytes.byteLength }));
  assertSafeExternalData(inspection, files, artifact.modelFile);
  return inspection;
};

const assertServable = (inspection: OnnxInspection): ServableModel => {
  const servable = servableModel(inspection);
  const { faults } = servable;
  if (faults.length === 0) return servable;
  throw new SluiceError(
    'invalid_artifact',
    'The model has inputs or outputs that cannot be served.',
    { faults },
  );
};

const bytesOf = (artifact: LoadedArtifact): Buffer => {
  const bytes = artifact.files.get(artifact.modelFile);
  if (bytes === undefined)
    throw new SluiceError('invalid_artifact', `The artifact has no ${artifact.modelFile}.`);
  return bytes;
};

/** Gives the runtime bytes and no path, so that what it loads is what was digested and nothing else. */
const startRuntime = async (
  artifact: LoadedArtifact,
  { hidden }: ServableModel,
  task: WorkerTask,
): Promise<ort.InferenceSession> => {
  const externalData = [...artifact.files]
    .filter(([path]) => path !== artifact.modelFile)
    .map(([path, data]) => ({ path, data }));
  const start = (ownLocale: boolean): Promise<ort.InferenceSession> =>
    ort.InferenceSession.create(runnableModel(bytesOf(artifact), { reveal: hidden, ownLocale }), {
      executionProviders: ['cpu'],
      intraOpNumThreads: task.threads,
      interOpNumThreads: 1,
      externalData,
    });
  try {
    // Only where it must be: the model says by itself how it reads text, as it does in the evaluator.
    return await start(false).catch((error: unknown) => {
      if (isLocaleMissing(error)) return start(true);
      throw error;
    });
  } catch (error) {
    throw new SluiceError(
      'invalid_artifact',
      `ONNX Runtime cannot load the model: ${messageOf(error)}`,
      { cause: error },
    );
  }
};

/** If our reading of the model and the runtime's differ, then what was checked is not what would run. */
const refuseDifferentReading = (
  { signature, unservable }: OnnxInspection,
  { hidden }: ServableModel,
  session: ort.InferenceSession,
): void => {
  const untold = unservable.filter(isOutputFault).map(({ path }) => path as string);
  const outputs = [...signature.outputs.map(({ name }) => name), ...untold, ...hidden];
  const pairs = [
    ['inputs', signature.inputs.map(({ name }) => name), session.inputNames],
    ['outputs', outputs, session.outputNames],
  ] as const;
  for (const [what, read, names] of pairs) {
    const ours = [...read].sort();
    const theirs = [...names].sort();
    if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
      throw new SluiceError(
        'invalid_artifact',
        `The model's ${what} read as ${ours.join(', ')}, but the runtime sees ${theirs.join(', ')}.`,
      );
    }
  }
};

const toRuntime = ({ datatype, data, shape }: Tensor): ort.Tensor =>
  // The declared overloads tie each type to its array; the protocol's decoder has made just that pair.
  new ort.Tensor(runtimeTypes[datatype], data as never, shape);

/** A copy of its own memory: the runtime's may be freed, and may not cross threads. */
const plainData = (data: ort.Tensor['data']): TensorData => {
  if (Array.isArray(data)) return data;
  // Newer versions of Node have a type for FP16, for which older ones have only its bits.
  if (data.constructor.name === 'Float16Array')
    return new Uint16Array(data.buffer, data.byteOffset, data.length).slice();
  return data.slice() as TensorData;
};

/** The runtime's messages without the addresses that it adds on further lines. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]!.slice(0, 500);
