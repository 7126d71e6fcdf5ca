import { nearestName } from '@sluice/contracts';
import type { OnnxInspection } from '@sluice/artifacts';
import type { Fault, Policy, TensorSpec } from '@sluice/contracts';
import type { Column } from '../dataset/column.js';
import type { Dataset } from '../dataset/dataset.js';
import { columnNames } from '../dataset/policy-columns.js';
import type { Storage } from '../dataset/sql.js';
import { usualLength } from '../dataset/vector-survey.js';
import { vectorTypeOf, type VectorType } from '../dataset/vector.js';
import type { FaultCollector } from '../fault-collector.js';
import { fitVector, innerDims } from './bind-vector.js';
import { describeTensor, isOutputFault } from './model-outputs.js';

/** An input of a model and the columns of the dataset that fill it. */
export interface BoundInput {
  readonly name: string;
  readonly storage: Storage;
  readonly columns: readonly Column[];
  /** The dimensions after the first, which is that of the rows: none for [n]. */
  readonly shape: readonly number[];
  /** The values of each row when its one column is one of lists; null for columns of single values. */
  readonly width: number | null;
}

const storages: Partial<Record<TensorSpec['datatype'], Storage>> = {
  FP32: 'float32',
  FP64: 'float64',
  INT32: 'int32',
  INT64: 'int64',
  BOOL: 'uint8',
  BYTES: 'text',
};

/**
 * Finds the columns that fill a model's inputs: those of the same names, one an input, or those in
 * `columns.features` for a model with a single two-dimensional input. A column of lists fills a tensor of any number
 * of dimensions. What doesn't fit becomes a fault.
 */
export const bindInputs = async (
  inspection: OnnxInspection,
  policy: Policy,
  dataset: Dataset,
  file: string,
  faults: FaultCollector,
): Promise<BoundInput[]> => {
  // An output that can't be carried is no harm as long as another one holds the scores.
  for (const fault of inspection.unservable)
    if (!isOutputFault(fault)) faults.artifact({ ...fault, file });
  const binder = new InputBinder(inspection, dataset, file, faults);
  const { inputs } = inspection.signature;
  const { features } = policy.columns;
  const [only] = inputs;
  if (
    inputs.length === 1 &&
    only !== undefined &&
    features !== undefined &&
    !binder.isColumn(only, features)
  )
    return binder.bindFeatures(only, features);
  const bound: BoundInput[] = [];
  for (const input of inputs) bound.push(...(await binder.bindColumn(input)));
  return bound;
};

class InputBinder {
  constructor(
    private readonly inspection: OnnxInspection,
    private readonly dataset: Dataset,
    private readonly file: string,
    private readonly faults: FaultCollector,
  ) {}

  /** Whether the one feature listed is the input itself, by name. */
  isColumn(input: TensorSpec, features: readonly string[]): boolean {
    return features.length === 1 && features[0] === input.name;
  }

  async bindFeatures(input: TensorSpec, features: readonly string[]): Promise<BoundInput[]> {
    const single = features.length === 1 ? this.dataset.column(features[0] as string) : undefined;
    const isVector = single !== undefined && vectorTypeOf(single) !== undefined;
    return isVector ? this.bindVector(input, single) : this.bindMatrix(input, features);
  }

  private bindMatrix(input: TensorSpec, features: readonly string[]): BoundInput[] {
    const width = input.shape[1];
    if (
      !this.isUnranked(input) &&
      (input.shape.length !== 2 || (width !== -1 && width !== features.length))
    )
      return this.refuse(input, {
        message: `the model's input ${JSON.stringify(input.name)} does not take ${features.length} features`,
        found: describeTensor(input),
        expected: `shape [n, ${features.length}], as columns.features has ${features.length} columns`,
        hint: 'List the features that the model was trained on, in that order.',
      });
    // Features that are missing are faults of the policy's columns already.
    const columns = features.flatMap((name) => this.dataset.column(name) ?? []);
    return this.bind(input, columns, [columns.length]);
  }

  async bindColumn(input: TensorSpec): Promise<BoundInput[]> {
    const column = this.dataset.column(input.name);
    if (column !== undefined && vectorTypeOf(column) !== undefined)
      return this.bindVector(input, column);
    const { shape } = input;
    const isColumnShape =
      shape.length === 1 || (shape.length === 2 && (shape[1] === 1 || shape[1] === -1));
    if (!isColumnShape)
      return this.refuse(input, {
        message: `the model's input ${JSON.stringify(input.name)} takes several values a row`,
        found: describeTensor(input),
        expected: 'shape [n] or [n, 1], or a column of lists of that name',
        hint: 'If it is one tensor of all features, list them in columns.features, in the order of training.',
      });
    if (column === undefined) return this.refuse(input, this.missingColumn(input));
    return this.bind(input, [column], shape.length === 2 || this.isUnranked(input) ? [1] : []);
  }

  private async bindVector(input: TensorSpec, column: Column): Promise<BoundInput[]> {
    const type = vectorTypeOf(column) as VectorType;
    // Types are judged before lists are read: no length of theirs would help.
    const [bound] = this.bind(input, [column], []);
    if (bound === undefined) return [];
    const length = type.dims.every((dim) => dim !== null)
      ? type.dims.reduce<number>((product, dim) => product * (dim as number), 1)
      : await usualLength(column, this.dataset);
    const fit = fitVector(innerDims(input, this.isUnranked(input)), type, length);
    if ('shape' in fit) return [{ ...bound, shape: fit.shape, width: length }];
    return this.refuse(input, {
      message: `the model's input ${JSON.stringify(input.name)} cannot be filled from the lists of ${JSON.stringify(column.name)}`,
      found: `${fit.found}, for ${describeTensor(input)}`,
      expected: fit.expected,
      hint: 'Write the values of each row as one list of that length, or as nested lists of that shape.',
    });
  }

  private isUnranked({ name }: TensorSpec): boolean {
    return this.inspection.unrankedInputs.includes(name);
  }

  private bind(
    input: TensorSpec,
    columns: readonly Column[],
    shape: readonly number[],
  ): BoundInput[] {
    const storage = storages[input.datatype];
    if (storage === undefined)
      return this.refuse(input, {
        message: `the model's input ${JSON.stringify(input.name)} has a type that tables don't`,
        found: input.datatype,
        expected: `one of ${Object.keys(storages).join(', ')}`,
        hint: 'Cast it inside the model.',
      });
    const [rows] = input.shape;
    if (rows !== undefined && rows !== -1)
      return this.refuse(input, {
        message: `the model takes exactly ${rows === 1 ? 'one row' : `${rows} rows`} at a time`,
        found: describeTensor(input),
        expected: 'an open first dimension',
        hint: 'Export with a dynamic batch size, such as dynamic_axes in torch.onnx.export.',
      });
    const unfit = columns.filter((column) => !suits(column, storage));
    for (const column of unfit)
      this.refuse(input, {
        message: `the model's input ${JSON.stringify(input.name)} cannot be filled from the column ${JSON.stringify(column.name)}`,
        found: `a column of type ${column.type}`,
        expected: expectedColumn[storage],
        hint: 'Give the data and the training data the same types.',
      });
    return unfit.length > 0 ? [] : [{ name: input.name, storage, columns, shape, width: null }];
  }

  private missingColumn(input: TensorSpec): Omit<Fault, 'file' | 'path'> {
    const near = nearestName(
      input.name,
      this.dataset.columns.map(({ name }) => name),
    );
    const single = this.inspection.signature.inputs.length === 1;
    const advice = single
      ? 'If it is one tensor of all features, list them in columns.features, in the order of training.'
      : 'Inputs are filled from the columns of the same names.';
    return {
      message: `the dataset has no column for the model's input ${JSON.stringify(input.name)}`,
      found: `columns ${columnNames(this.dataset)}`,
      expected: `a column ${JSON.stringify(input.name)} for ${describeTensor(input)}`,
      hint: near === undefined ? advice : `Did you mean ${JSON.stringify(near)}? ${advice}`,
    };
  }

  private refuse(input: TensorSpec, about: Omit<Fault, 'file' | 'path'>): [] {
    this.faults.artifact({ file: this.file, path: `inputs.${input.name}`, ...about });
    return [];
  }
}

/** Numbers may stand for more precise ones, never the reverse: 2.7 is no whole number, and 1 is no text. */
const suits = (column: Column, storage: Storage): boolean => {
  if (column.untyped) return true;
  const vector = vectorTypeOf(column);
  const kind = vector?.element ?? column.kind;
  if (storage === 'text') return kind === 'text' && vector === undefined;
  if (storage === 'uint8') return kind === 'boolean';
  const whole = kind === 'integer' || kind === 'boolean';
  return whole || (kind === 'number' && (storage === 'float32' || storage === 'float64'));
};

const expectedColumn: Readonly<Record<Storage, string>> = {
  float32: 'a column of numbers',
  float64: 'a column of numbers',
  int32: 'a column of whole numbers',
  int64: 'a column of whole numbers',
  uint8: 'a column of booleans',
  text: 'a column of text',
};
