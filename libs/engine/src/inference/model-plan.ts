import type { LabelValue } from '../favorable.js';
import type { Dictionary } from '../dataset/dictionary.js';
import type { ColumnValues } from '../dataset/row-batches.js';
import type { Storage } from '../dataset/sql.js';
import type { OutputValues } from './read-scores.js';

/** One input of a model, and the columns of a batch that fill it. */
export interface PlannedInput {
  readonly name: string;
  readonly storage: Storage;
  /** Whether the thread is to count the NaN of each column. */
  readonly countsNaN: boolean;
  readonly columns: readonly {
    /** Its position in the batch's list of columns. */
    readonly index: number;
    /** The texts that its codes stand for; null when it holds the values themselves. */
    readonly dictionary: Dictionary | null;
  }[];
  /** The dimensions after the first, which is that of the rows: none for [n]. */
  readonly shape: readonly number[];
}

/** Which outputs a model's scores and predictions are taken from. */
export interface PlannedOutputs {
  /** The output with the predicted label; without one, a score of at least ½ predicts the favorable label. */
  readonly label: string | null;
  /** As the model names it. */
  readonly score: string;
  /** What is fetched for it: the output itself, or the tensor that ZipMap makes it from. */
  readonly scoreTensor: string;
  /** The position of the favorable class in an output of two columns; null when no class labels tell. */
  readonly favorableIndex: number | null;
  readonly favorable: LabelValue;
}

/** What of a model is loaded. */
export interface ModelFiles {
  readonly path: string;
  /** The files of the model's external data, by path relative to its folder. */
  readonly externalData: readonly string[];
  /** What is to be fetched of it. */
  readonly outputs: PlannedOutputs;
}

/** All that a thread needs to know to run a model that it loaded over batches. */
export interface ModelPlan {
  readonly inputs: readonly PlannedInput[];
  readonly outputs: PlannedOutputs;
}

/** A batch of rows as a model takes them. */
export interface ModelBatch {
  readonly rows: number;
  readonly columns: readonly ColumnValues[];
}

/** What a model says of a batch. */
export interface BatchScores {
  /** Of the favorable label, as the model gave them: not checked. */
  readonly scores: Float64Array;
  /** 1 where the favorable label is predicted. */
  readonly predictions: Uint8Array;
  /** Rows whose predicted label isn't the one of the higher probability. */
  readonly disagreements: number;
}

/** The same, and of what was given to it. */
export interface CountedScores extends BatchScores {
  /** How many values were NaN, by column of the inputs whose NaN are counted. */
  readonly missing: Float64Array;
}

/** What a model gives for a batch, not checked, where it isn't one score a row. */
export interface BatchOutputs {
  readonly score: OutputValues;
  readonly label: OutputValues | null;
}

export type InferenceRequest =
  | { readonly load: { readonly path: string } }
  /** Before the first batch. */
  | { readonly plan: ModelPlan }
  | { readonly score: ModelBatch }
  /** The outputs themselves. */
  | { readonly outputs: ModelBatch };
export type InferenceAnswer = CountedScores | BatchOutputs | null;
