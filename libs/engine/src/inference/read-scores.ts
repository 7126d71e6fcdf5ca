import { isFavorable, type LabelValue } from '../favorable.js';
import type { BatchScores, PlannedOutputs } from './model-plan.js';

/** An output of a model, wherever it ran: row-major values and their shape. */
export interface OutputValues {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint | string | boolean>;
}

/**
 * The scores and predictions of a batch, from the outputs that hold them.
 *
 * @throws Error with a sentence about an output whose shape isn't that of scores or labels of these rows
 */
export const readScores = (
  score: OutputValues,
  label: OutputValues | undefined,
  rows: number,
  plan: PlannedOutputs,
): BatchScores => {
  const scores = favorableScores(score, rows, plan);
  const predictions = label === undefined ? decided(scores) : predicted(label, rows, plan);
  return { scores, predictions, disagreements: disagreementsOf(scores, predictions) };
};

const favorableScores = (
  output: OutputValues,
  rows: number,
  plan: PlannedOutputs,
): Float64Array => {
  const shape = output.dims;
  const width = shape.length === 2 ? (shape[1] as number) : 1;
  const fits =
    shape[0] === rows &&
    shape.length <= 2 &&
    (width === 1 || width === 2) &&
    output.data.length === rows * width;
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
  // Plain loops in this file: what takes a function for each row takes several times as long.
  const scores = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) scores[row] = values[row * width + offset] as number;
  return scores;
};

/** Booleans of ONNX Runtime come as bytes, and are compared as the numbers 1 and 0. */
const predicted = (output: OutputValues, rows: number, plan: PlannedOutputs): Uint8Array => {
  const labels = output.data;
  if (labels.length !== rows)
    throw new Error(
      `the labels "${plan.label}" have the shape [${output.dims.join(', ')}] for ${rows} rows`,
    );
  const known = new Map<LabelValue, number>();
  const predictions = new Uint8Array(rows);
  const labelAt = valueIn(labels);
  for (let row = 0; row < rows; row += 1) {
    const label = labelAt(row);
    let favorable = known.get(label);
    if (favorable === undefined) {
      favorable = Number(isFavorable(label, plan.favorable));
      known.set(label, favorable);
    }
    predictions[row] = favorable;
  }
  return predictions;
};

/** Reads labels. Integers of 64 bits are put together from their halves, to the same number as by way of a bigint. */
const valueIn = (labels: OutputValues['data']): ((row: number) => LabelValue) => {
  if (!(labels instanceof BigInt64Array))
    return (row) => {
      const label = labels[row] as LabelValue | bigint;
      return typeof label === 'bigint' ? Number(label) : label;
    };
  const { buffer, byteOffset, length } = labels;
  const low = new Uint32Array(buffer, byteOffset, 2 * length);
  const high = new Int32Array(buffer, byteOffset, 2 * length);
  return (row) => (high[2 * row + 1] as number) * 2 ** 32 + (low[2 * row] as number);
};

const decided = (scores: Float64Array): Uint8Array => {
  const predictions = new Uint8Array(scores.length);
  for (let row = 0; row < scores.length; row += 1)
    predictions[row] = Number((scores[row] as number) >= 0.5);
  return predictions;
};

const disagreementsOf = (scores: Float64Array, predictions: Uint8Array): number => {
  let count = 0;
  // Next to ½ rounding decides, which says nothing.
  for (let row = 0; row < scores.length; row += 1) {
    const value = scores[row] as number;
    if (Math.abs(value - 0.5) > 1e-6 && Number(value > 0.5) !== predictions[row]) count += 1;
  }
  return count;
};
