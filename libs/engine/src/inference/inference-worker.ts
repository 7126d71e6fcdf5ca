import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Dictionary } from '../dataset/dictionary.js';
import type { ColumnValues } from '../dataset/row-batches.js';
import type { Storage } from '../dataset/sql.js';
import { isFavorable } from '../favorable.js';
import { serveRequests, type Handled } from '../worker-loop.js';
import type {
  BatchScores,
  InferenceRequest,
  ModelBatch,
  ModelPlan,
  PlannedInput,
  PlannedOutputs,
} from './model-plan.js';

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

const score = async (batch: ModelBatch): Promise<BatchScores> => {
  if (loaded === undefined) throw new Error('The model is scored before it is loaded.');
  const { session, plan } = loaded;
  const feeds = Object.fromEntries(
    plan.inputs.map((input) => [input.name, tensorOf(input, batch)]),
  );
  const { outputs } = plan;
  const { scoreTensor } = outputs;
  const fetches = outputs.label === null ? [scoreTensor] : [scoreTensor, outputs.label];
  const results = await session.run(feeds, fetches);
  const scores = favorableScores(results[scoreTensor] as Tensor, batch.rows, outputs);
  const label = outputs.label === null ? undefined : results[outputs.label];
  const predictions = label === undefined ? decided(scores) : predicted(label, batch.rows, outputs);
  return { scores, predictions, disagreements: disagreementsOf(scores, predictions) };
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

const favorableScores = (output: Tensor, rows: number, plan: PlannedOutputs): Float64Array => {
  const shape = output.dims;
  const width = shape.length === 2 ? (shape[1] as number) : 1;
  const fits = shape[0] === rows && shape.length <= 2 && (width === 1 || width === 2);
  if (!fits)
    throw new Error(
      `the scores "${plan.score}" have the shape [${shape.join(', ')}] for ${rows} rows, which is not that of one or two classes`,
    );
  if (width === 2 && plan.favorableIndex === null)
    throw new Error(
      `the scores "${plan.score}" have two columns, and no class labels in the model tell which is the favorable one's`,
    );
  const values = output.data as Float32Array | Float64Array;
  const offset = width === 2 ? (plan.favorableIndex as number) : 0;
  return Float64Array.from({ length: rows }, (_, row) => values[row * width + offset] as number);
};

const predicted = (output: Tensor, rows: number, plan: PlannedOutputs): Uint8Array => {
  // Booleans come as bytes, and are compared as the numbers 1 and 0.
  const labels = output.data as string[] | BigInt64Array | Int32Array | Uint8Array;
  if (labels.length !== rows)
    throw new Error(
      `the labels "${plan.label}" have the shape [${output.dims.join(', ')}] for ${rows} rows`,
    );
  const known = new Map<string | bigint | number, number>();
  return Uint8Array.from({ length: rows }, (_, row) => {
    const label = labels[row] as string | bigint | number;
    let favorable = known.get(label);
    if (favorable === undefined) {
      favorable = Number(
        isFavorable(typeof label === 'bigint' ? Number(label) : label, plan.favorable),
      );
      known.set(label, favorable);
    }
    return favorable;
  });
};

const decided = (scores: Float64Array): Uint8Array =>
  Uint8Array.from(scores, (value) => Number(value >= 0.5));

const disagreementsOf = (scores: Float64Array, predictions: Uint8Array): number => {
  let count = 0;
  // Next to ½ rounding decides, which says nothing.
  scores.forEach((value, row) => {
    if (Math.abs(value - 0.5) > 1e-6 && Number(value > 0.5) !== predictions[row]) count += 1;
  });
  return count;
};

const handle = async (request: InferenceRequest): Promise<Handled<BatchScores | null>> => {
  if ('load' in request) {
    await load(request.load);
    return { result: null };
  }
  const result = await score(request.score);
  return {
    result,
    moved: [result.scores.buffer as ArrayBuffer, result.predictions.buffer as ArrayBuffer],
  };
};

serveRequests(handle, async () => loaded?.session.release());
