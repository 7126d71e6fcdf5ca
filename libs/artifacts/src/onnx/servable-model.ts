import type { Fault, Signature, TensorSpec } from '@sluice/contracts';
import type { OnnxInspection } from './inspect-onnx.js';

/** The dictionaries of a ZipMap as the tensor that they are made from. */
export interface RevealedOutput extends TensorSpec {
  /** What to fetch for it. */
  readonly tensor: string;
  /** The labels that its columns are the scores of. */
  readonly classLabels: string[] | number[];
}

/** What a runtime that knows only tensors can make of a model. */
export interface ServableModel {
  /** Dictionaries of ZipMap are tensors of [n, labels] under their own names; outputs that no tensor holds are left out. */
  readonly signature: Signature;
  /** What to fetch for each output of the signature whose own value is no tensor. */
  readonly tensors: ReadonlyMap<string, string>;
  /** Tensors that are no outputs of the model yet: see `runnableModel`. */
  readonly hidden: readonly string[];
  /** Why it can't be served: an input that nothing can fill, or no output left. Empty when it can. */
  readonly faults: readonly Fault[];
}

/**
 * How a model is served, decided once for the gate, the registry and the model server, so that what passes the first
 * runs in the last. An output too many does no harm; an input that can't be filled makes every request fail.
 */
export const servableModel = (inspection: OnnxInspection): ServableModel => {
  const { signature, unservable } = inspection;
  const revealed = revealedOutputs(inspection);
  const outputs = [
    ...signature.outputs,
    ...revealed.map(({ name, datatype, shape }) => ({ name, datatype, shape: [...shape] })),
  ];
  const outputFaults = unservable.filter(isOutputFault);
  return {
    signature: { inputs: signature.inputs, outputs },
    tensors: new Map(revealed.map(({ name, tensor }) => [name, tensor])),
    hidden: hiddenTensors(inspection),
    faults: [
      ...unservable.filter((fault) => !isOutputFault(fault)),
      ...(outputs.length === 0 ? outputFaults : []),
    ],
  };
};

/** The outputs of ZipMap as tensors. */
export const revealedOutputs = ({ zipMaps }: OnnxInspection): RevealedOutput[] =>
  zipMaps.map(({ name, scores, classLabels }) => ({
    name,
    datatype: 'FP32' as const,
    shape: [-1, classLabels.length],
    tensor: scores,
    classLabels,
  }));

/** Whether what can't be served is an output; of inputs a model needs all. */
export const isOutputFault = ({ message }: Fault): boolean => message.startsWith('The output');

/** A tensor that is an output already needs no revealing, and the runtime allows no output twice. */
const hiddenTensors = ({ signature, zipMaps }: OnnxInspection): string[] => {
  const known = new Set(signature.outputs.map(({ name }) => name));
  return [...new Set(zipMaps.map(({ scores }) => scores))].filter((scores) => !known.has(scores));
};
