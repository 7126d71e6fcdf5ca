import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ColumnValues } from '../dataset/row-batches.js';
import type { Storage } from '../dataset/sql.js';
import { serveRequests, type Handled } from '../worker-loop.js';
import type {
  BatchOutputs,
  CountedScores,
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

let session: InferenceSession | undefined;
let plan: ModelPlan | undefined;

const load = async (path: string): Promise<void> => {
  session = await InferenceSession.create(path, {
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
};

interface RunOutputs {
  readonly score: OutputValues;
  readonly label: OutputValues | undefined;
}

const run = async ({ inputs, outputs }: ModelPlan, batch: ModelBatch): Promise<RunOutputs> => {
  if (session === undefined) throw new Error('The model is scored before it is loaded.');
  const feeds = Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input, batch)]));
  const { scoreTensor } = outputs;
  const fetches = [...new Set([scoreTensor, outputs.label ?? scoreTensor])];
  const results = await session.run(feeds, fetches);
  const label = outputs.label === null ? undefined : (results[outputs.label] as OutputValues);
  return { score: results[scoreTensor] as OutputValues, label };
};

const score = async (of: ModelPlan, batch: ModelBatch): Promise<CountedScores> => {
  // First, so that the columns are in the cache when they are laid out.
  const missing = missingIn(of, batch);
  const { score: given, label } = await run(of, batch);
  return { ...readScores(given, label, batch.rows, of.outputs), missing };
};

const missingIn = ({ inputs }: ModelPlan, batch: ModelBatch): Float64Array =>
  Float64Array.from(
    inputs.flatMap((input) =>
      input.countsNaN ? (columnsOf(input, batch) as FloatArray[]).map(countNaN) : [],
    ),
  );

type FloatArray = Float32Array | Float64Array;

const countNaN = (column: FloatArray): number => {
  if (!Number.isNaN(sumOf(column))) return 0;
  let count = 0;
  for (let row = 0; row < column.length; row += 1) if (Number.isNaN(column[row])) count += 1;
  return count;
};

/** NaN if any value is. Sums are several, none of which waits for another: this takes a third of the time of a count. */
const sumOf = (column: FloatArray): number => {
  const whole = column.length - (column.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let row = 0; row < whole; row += 4) {
    a += column[row] as number;
    b += column[row + 1] as number;
    c += column[row + 2] as number;
    d += column[row + 3] as number;
  }
  for (let row = whole; row < column.length; row += 1) a += column[row] as number;
  return a + b + c + d;
};

const outputsOf = async (of: ModelPlan, batch: ModelBatch): Promise<BatchOutputs> => {
  const { score: given, label } = await run(of, batch);
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
  const values = input.storage === 'text' ? textsOf(input, batch) : numbersOf(input, batch);
  const shape = [batch.rows, ...input.shape];
  // The constructor's overloads pair each type with its array, which no union can express.
  return new Tensor(tensorTypes[input.storage] as 'float32', values as Float32Array, shape);
};

const columnsOf = (input: PlannedInput, batch: ModelBatch): ColumnValues[] =>
  input.columns.map(({ index }) => batch.columns[index] as ColumnValues);

/** Texts of columns, row by row. */
const textsOf = (input: PlannedInput, batch: ModelBatch): string[] => {
  const width = input.columns.length;
  const texts = new Array<string>(batch.rows * width).fill('');
  columnsOf(input, batch).forEach((column, position) => {
    const dictionary = input.columns[position]?.dictionary ?? null;
    for (let row = 0; row < batch.rows; row += 1) {
      const value = column[row];
      texts[row * width + position] = (
        dictionary === null ? value : dictionary[value as number]
      ) as string;
    }
  });
  return texts;
};

type NumberArray = Exclude<ColumnValues, string[]>;

/** The memory of each input's tensor. A run has read it when it ends, so that the next batch can have it. */
const tensors = new Map<PlannedInput, NumberArray>();

/** Numbers of columns, row by row; those of a single column, which may be one of lists, lie so already. */
const numbersOf = (input: PlannedInput, batch: ModelBatch): NumberArray => {
  const columns = columnsOf(input, batch) as NumberArray[];
  const length = columns.reduce((sum, column) => sum + column.length, 0);
  const values = memoryOf(input, columns[0] as NumberArray, length);
  const [only] = columns;
  if (columns.length === 1) (values as { set(from: unknown): void }).set(only);
  else interleave(columns, values, batch.rows);
  return values;
};

const memoryOf = (input: PlannedInput, like: NumberArray, length: number): NumberArray => {
  let memory = tensors.get(input);
  if (memory === undefined || memory.length < length) {
    memory = new (like.constructor as new (length: number) => NumberArray)(length);
    tensors.set(input, memory);
  }
  return memory.length === length ? memory : memory.subarray(0, length);
};

/** Four columns at a time, which takes half the time: each row of the tensor comes into the cache a quarter as often. */
const interleave = (columns: readonly NumberArray[], into: NumberArray, rows: number): void => {
  const width = columns.length;
  const whole = width - (width % 4);
  for (let first = 0; first < whole; first += 4) {
    const [a, b, c, d] = columns.slice(first, first + 4) as [
      NumberArray,
      NumberArray,
      NumberArray,
      NumberArray,
    ];
    for (let row = 0, at = first; row < rows; row += 1, at += width) {
      into[at] = a[row] as number;
      into[at + 1] = b[row] as number;
      into[at + 2] = c[row] as number;
      into[at + 3] = d[row] as number;
    }
  }
  for (let position = whole; position < width; position += 1) {
    const column = columns[position] as NumberArray;
    for (let row = 0, at = position; row < rows; row += 1, at += width)
      into[at] = column[row] as number;
  }
};

const handle = async (request: InferenceRequest): Promise<Handled<InferenceAnswer>> => {
  if ('load' in request) {
    await load(request.load.path);
    return { result: null };
  }
  if ('plan' in request) {
    plan = request.plan;
    return { result: null };
  }
  if (plan === undefined) throw new Error('The model is scored before there is a plan.');
  if ('outputs' in request) return { result: await outputsOf(plan, request.outputs) };
  const result = await score(plan, request.score);
  return {
    result,
    moved: [result.scores.buffer as ArrayBuffer, result.predictions.buffer as ArrayBuffer],
  };
};

serveRequests(handle, async () => session?.release());
