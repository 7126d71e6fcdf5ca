import type { OnnxInspection } from '@sluice/artifacts';
import { mostClasses, type Fault, type Policy, type TensorSpec } from '@sluice/contracts';
import type { FaultCollector } from '../fault-collector.js';
import { describeTensor, listOutputs, scoreOutputsOf } from '../inference/model-outputs.js';
import type { PlannedOutputs } from '../inference/model-plan.js';

/**
 * Finds the outputs of a model of several classes or of a regression: one number a row; or a predicted label, a score for
 * each class, or both. What doesn't fit becomes a fault.
 */
export const bindTaskOutputs = (
  inspection: OnnxInspection,
  { task }: Policy,
  file: string,
  faults: FaultCollector,
): PlannedOutputs | undefined => {
  const fault = (about: Omit<Fault, 'file'>): undefined => {
    faults.artifact({ file, ...about });
  };
  return task === 'regression'
    ? regressionOutputs(inspection, fault)
    : classOutputs(inspection, fault);
};

type Report = (about: Omit<Fault, 'file'>) => undefined;

const isNumber = ({ datatype }: TensorSpec): boolean => datatype === 'FP32' || datatype === 'FP64';
const isOnePerRow = ({ shape }: TensorSpec): boolean =>
  shape.length < 2 || (shape.length === 2 && (shape[1] === 1 || shape[1] === -1));
const isLabel = ({ datatype }: TensorSpec): boolean =>
  datatype === 'BYTES' || datatype === 'INT64' || datatype === 'INT32';

/** No score of a favorable label is taken from it. */
const planned = (
  score: TensorSpec & { readonly tensor?: string },
  label: TensorSpec | undefined,
): PlannedOutputs => ({
  score: score.name,
  scoreTensor: score.tensor ?? score.name,
  label: label?.name ?? null,
  favorableIndex: null,
  favorable: '',
});

const regressionOutputs = (
  inspection: OnnxInspection,
  fault: Report,
): PlannedOutputs | undefined => {
  const numbers = inspection.signature.outputs.filter(isNumber);
  const suitable = numbers.filter(isOnePerRow);
  const [only] = suitable;
  if (only && suitable.length === 1) return planned(only, undefined);
  return fault({
    path: 'outputs',
    message:
      suitable.length > 1
        ? 'it is not clear which output holds the predicted number'
        : 'the model predicts no single number a row',
    found: listOutputs(inspection),
    expected: 'one output of floating-point numbers, of shape [n] or [n, 1]',
    hint:
      suitable.length > 1
        ? 'Export the model with the prediction as its only output.'
        : 'Export a regressor; one with several targets is gated target by target.',
  });
};

const classOutputs = (inspection: OnnxInspection, fault: Report): PlannedOutputs | undefined => {
  const { outputs } = inspection.signature;
  const labels = outputs.filter(isLabel).filter(isOnePerRow);
  const scores = scoreOutputsOf(inspection).filter(({ shape }) => shape.length === 2);
  const label = one(labels, /label|class/i);
  const score = one(scores, /prob|score/i);
  const found = listOutputs(inspection);
  if (labels.length > 1 && label === undefined)
    return fault({
      path: 'outputs',
      message: 'it is not clear which output holds the predicted label',
      found,
      expected: 'one output of strings or integers, or none',
      hint: 'Name it "label".',
    });
  if (score === undefined) {
    if (scores.length === 0 && label !== undefined) return planned(label, label);
    return fault({
      path: 'outputs',
      message:
        scores.length === 0
          ? 'the model predicts no class'
          : 'it is not clear which output holds the scores of the classes',
      found,
      expected:
        'an output of strings or integers, or one of scores of shape [n, number of classes]',
      hint: 'Export the classifier with its outputs "label" and "probabilities".',
    });
  }
  const width = score.shape[1] as number;
  const { classLabels } = score;
  if (classLabels === null)
    return fault({
      path: `outputs.${score.name}`,
      message: 'the model does not say which class each of its scores is of',
      found: describeTensor(score),
      expected: 'class labels in the model',
      hint: 'Export the classifier itself with skl2onnx, which writes its class labels.',
    });
  if (classLabels.length > mostClasses)
    return fault({
      path: `outputs.${score.name}`,
      message: `the model tells ${classLabels.length} classes apart`,
      found: describeTensor(score),
      expected: `at most ${mostClasses} classes`,
      hint: 'Put rare classes together, or treat the label as a number.',
    });
  if (width !== -1 && width !== classLabels.length)
    return fault({
      path: `outputs.${score.name}`,
      message: `the model has ${classLabels.length} class labels and scores of another number of classes`,
      found: describeTensor(score),
      expected: `shape [n, ${classLabels.length}]`,
    });
  return planned(score, label);
};

/** The only one; of several the one whose name says so. */
const one = <Output extends TensorSpec>(
  outputs: readonly Output[],
  usualName: RegExp,
): Output | undefined => {
  const named = outputs.filter(({ name }) => usualName.test(name));
  const [first, second] = named.length > 0 ? named : outputs;
  return second === undefined ? first : undefined;
};
