import type { OnnxInspection } from '@sluice/artifacts';
import type { Fault, TensorSpec } from '@sluice/contracts';

/** An output that scores could be taken from. */
export interface ScoreOutput extends TensorSpec {
  /** What to fetch for it; see `PlannedOutputs.scoreTensor`. */
  readonly tensor: string;
  /** The labels that its columns are the scores of, as far as the model says. */
  readonly classLabels: OnnxInspection['classLabels'];
}

/** The outputs of floating-point numbers, and the dictionaries of ZipMap as the tensors that they are made from. */
export const scoreOutputsOf = ({
  signature,
  classLabels,
  zipMaps,
}: OnnxInspection): ScoreOutput[] => {
  const plain = signature.outputs
    .filter(({ datatype }) => datatype === 'FP32' || datatype === 'FP64')
    .map((output) => ({ ...output, tensor: output.name, classLabels }));
  // A model that gives the same scores as a tensor as well needs no detour, and the runtime allows none.
  const hidden = zipMaps.filter(({ scores }) => !plain.some(({ name }) => name === scores));
  return [
    ...plain,
    ...hidden.map((zipMap) => ({
      name: zipMap.name,
      datatype: 'FP32' as const,
      shape: [-1, zipMap.classLabels.length],
      tensor: zipMap.scores,
      classLabels: zipMap.classLabels,
    })),
  ];
};

const labelTypes: ReadonlySet<TensorSpec['datatype']> = new Set([
  'BYTES',
  'BOOL',
  'INT64',
  'INT32',
  'INT16',
  'INT8',
  'UINT32',
  'UINT16',
  'UINT8',
]);

/** The outputs that could hold the predicted label. */
export const labelOutputsOf = ({ signature }: OnnxInspection): TensorSpec[] =>
  signature.outputs.filter(({ datatype }) => labelTypes.has(datatype));

/** Whether an output has one value a row, or one for each of two labels; a shape that is open may. */
export const isOfTwoClasses = ({ shape }: TensorSpec): boolean => {
  const columns = shape.length === 2 ? shape[1] : 1;
  return shape.length <= 2 && (columns === 1 || columns === 2 || columns === -1);
};

/** Whether an output has one value a row. */
export const isOnePerRow = ({ shape }: TensorSpec): boolean =>
  shape.length < 2 || (shape.length === 2 && (shape[1] === 1 || shape[1] === -1));

/** Whether what can't be served is an output; of inputs a model needs all. */
export const isOutputFault = ({ message }: Fault): boolean => message.startsWith('The output');

/** All outputs for people, those that are no tensors too. */
export const listOutputs = ({ signature, zipMaps, unservable }: OnnxInspection): string => {
  const others = unservable.filter(
    (fault) => isOutputFault(fault) && !zipMaps.some(({ name }) => name === fault.path),
  );
  return (
    [
      ...signature.outputs.map(describeTensor),
      ...zipMaps.map(({ name, classLabels }) => `${name}: dictionaries of ${classLabels.length}`),
      ...others.map(({ path, found }) => `${path}: ${found}`),
    ].join(', ') || 'none'
  );
};

/** An output's or input's type and shape for people. */
export const describeTensor = ({ name, datatype, shape }: TensorSpec): string =>
  `${name}: ${datatype} [${shape.map((size) => (size === -1 ? 'n' : size)).join(', ')}]`;
