import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Dictionary } from '../dataset/dictionary.js';
import type { ColumnValues } from '../dataset/row-batches.js';
import type { Storage } from '../dataset/sql.js';
import { serveRequests, type Handled } from '../worker-loop.js';
import type {
  BatchOutputs,
  BatchScores,
  InferenceAnswer,
  InferenceRequest,
  ModelBatch,
  ModelPlan,
  PlannedInput,
} from './model-plan.js';
import { readScores, type OutputValues } from './read-scores.js';

/*
 * A thread with one model. Inference is synchronous native code: here it blocks nobody, and the arrays it makes are
 * of the realm that ONNX Runtime's type checks know.
 */

let loaded: { session: InferenceSession; plan: ModelPlan } | undefined;

const load = async (plan: ModelPlan): Promise<void> => {
  const session = await InferenceSession.create(plan.path, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    executionMode: 'sequential',
    // Operators that split a sum among threads round differently with another number of them; a verdict must not
    // depend on the machine. Version and champion run side by side, each in a thread of its own.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // Fatal ones only: errors reach the user as faults, and must not be on the console as well.
    logSeverityLevel: 4,
  });
  loaded = { session, plan };
};

const run = async (
  batch: ModelBatch,
): Promise<{ score: OutputValues; label: OutputValues | undefined; plan: ModelPlan }> => {
  if (loaded === undefined) throw new Error('The model is scored before it is loaded.');
  const { session, plan } = loaded;
  const feeds = Object.fromEntries(
    plan.inputs.map((input) => [input.name, tensorOf(input, batch)]),
  );
  const { outputs } = plan;
  const { scoreTensor } = outputs;
  const fetches = [...new Set([scoreTensor, outputs.label ?? scoreTensor])];
  const results = await session.run(feeds, fetches);
  const label = outputs.label === null ? undefined : (results[outputs.label] as OutputValues);
  return { score: results[scoreTensor] as OutputValues, label, plan };
};

const score = async (batch: ModelBatch): Promise<BatchScores> => {
  const { score: given, label, plan } = await run(batch);
  return readScores(given, label, batch.rows, plan.outputs);
};

const outputsOf = async (batch: ModelBatch): Promise<BatchOutputs> => {
  const { score: given, label } = await run(batch);
  const plain = ({ dims, data }: OutputValues): OutputValues => ({ dims, data });
  return { score: plain(given), label: label === undefined ? null : plain(label) };
};

const tensorTypes = {
  float32: 'float32',
  float64: 'float64',
  int32: 'int32',
  int64: 'int64',
  uint8: 'bool',
  text: 'string',
} as const satisfies Record<Storage, string>;

const tensorOf = (input: PlannedInput, batch: ModelBatch): Tensor => {
  const columns = input.columns.map(({ index, dictionary }) =>
    decoded(batch.columns[index] as ColumnValues, dictionary),
  );
  const values =
    columns.length === 1 ? (columns[0] as ColumnValues) : interleaved(columns, batch.rows);
  const shape = [batch.rows, ...input.shape];
  // The constructor's overloads pair each type with its array, which no union can express.
  return new Tensor(tensorTypes[input.storage] as 'float32', values as Float32Array, shape);
};

const decoded = (values: ColumnValues, dictionary: Dictionary | null): ColumnValues =>
  dictionary === null
    ? values
    : Array.from(values as Uint16Array, (code) => dictionary[code] as string);

/** Columns laid out row by row. */
const interleaved = (columns: readonly ColumnValues[], rows: number): ColumnValues => {
  const [first] = columns as [ColumnValues];
  const width = columns.length;
  const make = first.constructor as new (length: number) => ColumnValues;
  const values = new make(rows * width) as unknown[];
  columns.forEach((column, position) => {
    for (let row = 0; row < rows; row += 1) values[row * width + position] = column[row];
  });
  return values as unknown as ColumnValues;
};

const handle = async (request: InferenceRequest): Promise<Handled<InferenceAnswer>> => {
  if ('load' in request) {
    await load(request.load);
    return { result: null };
  }
  if ('outputs' in request) return { result: await outputsOf(request.outputs) };
  const result = await score(request.score);
  return {
    result,
    moved: [result.scores.buffer as ArrayBuffer, result.predictions.buffer as ArrayBuffer],
  };
};

serveRequests(handle, async () => loaded?.session.release());
