import type { OnnxInspection } from '@sluice/artifacts';
import {
  mostClasses,
  nearestName,
  type Fault,
  type Policy,
  type TensorSpec,
} from '@sluice/contracts';
import type { FaultCollector } from '../fault-collector.js';
import {
  describeTensor,
  isOnePerRow,
  labelOutputsOf,
  listOutputs,
  scoreOutputsOf,
  type ScoreOutput,
} from '../inference/model-outputs.js';
import type { PlannedOutputs } from '../inference/model-plan.js';

/**
 * Finds the outputs of a model of several classes or of a regression: one number a row; or a predicted label, a score for
 * each class, or both. Those that the policy names are taken, else the only ones whose type, shape and name suit. What
 * doesn't fit becomes a fault.
 */
export const bindTaskOutputs = (
  inspection: OnnxInspection,
  policy: Policy,
  file: string,
  faults: FaultCollector,
): PlannedOutputs | undefined => {
  const binding: Binding = {
    inspection,
    named: policy.outputs ?? {},
    fault: (about) => {
      faults.artifact({ file, ...about });
    },
  };
  return policy.task === 'regression' ? regressionOutputs(binding) : classOutputs(binding);
};

interface Binding {
  readonly inspection: OnnxInspection;
  /** What the policy names. */
  readonly named: NonNullable<Policy['outputs']>;
  readonly fault: (about: Omit<Fault, 'file'>) => undefined;
}

const isNumber = ({ datatype }: TensorSpec): boolean => datatype === 'FP32' || datatype === 'FP64';
const isOfClasses = ({ shape }: TensorSpec): boolean => shape.length === 2;

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

const regressionOutputs = (binding: Binding): PlannedOutputs | undefined => {
  const { inspection, named, fault } = binding;
  const numbers = inspection.signature.outputs.filter(isNumber);
  if (named.score !== undefined) {
    const own = namedOutput(binding, 'score', numbers, 'an output of floating-point numbers');
    if (own === undefined) return undefined;
    return isOnePerRow(own) ? planned(own, undefined) : misshapen(binding, own, '[n] or [n, 1]');
  }
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
        ? 'Name it in the policy, as outputs.score.'
        : 'Export a regressor; one with several targets is gated target by target.',
  });
};

const classOutputs = (binding: Binding): PlannedOutputs | undefined => {
  const { inspection, fault } = binding;
  const label = labelOutput(binding);
  const score = label && scoresOutput(binding, label);
  if (label === undefined || score === undefined) return undefined;
  if (score === 'none') {
    if (label !== 'none') return planned(label, label);
    return fault({
      path: 'outputs',
      message: 'the model predicts no class',
      found: listOutputs(inspection),
      expected:
        'an output of strings or integers, or one of scores of shape [n, number of classes]',
      hint: 'Export the classifier with its outputs "label" and "probabilities".',
    });
  }
  return areOfClasses(binding, score)
    ? planned(score, label === 'none' ? undefined : label)
    : undefined;
};

/** The output of the predicted label; "none" when the model has none. */
const labelOutput = (binding: Binding): TensorSpec | 'none' | undefined => {
  const { inspection, named, fault } = binding;
  const all = labelOutputsOf(inspection);
  if (named.label !== undefined) {
    const own = namedOutput(binding, 'label', all, 'an output of strings, integers or booleans');
    return own === undefined || isOnePerRow(own)
      ? own
      : misshapen(binding, own, '[n] or [n, 1]', 'label');
  }
  const labels = all.filter(isOnePerRow);
  const label = one(labels, /label|class/i);
  if (label !== undefined || labels.length === 0) return label ?? 'none';
  return fault({
    path: 'outputs',
    message: 'it is not clear which output holds the predicted label',
    found: listOutputs(inspection),
    expected: 'one output of strings or integers, or none',
    hint: 'Name it in the policy, as outputs.label.',
  });
};

/**
 * The output of the scores of all classes; "none" when the model has none. A policy that names the label alone asks for
 * scores that are there for certain, and does without those that are in doubt.
 */
const scoresOutput = (
  binding: Binding,
  label: TensorSpec | 'none',
): ScoreOutput | 'none' | undefined => {
  const { inspection, named, fault } = binding;
  const all = scoreOutputsOf(inspection);
  if (named.score !== undefined) {
    const own = namedOutput(
      binding,
      'score',
      all,
      'an output of floating-point numbers, or of ZipMap',
    );
    return own === undefined || isOfClasses(own)
      ? own
      : misshapen(binding, own, '[n, number of classes]');
  }
  const scores = all.filter(isOfClasses);
  const score = one(scores, /prob|score/i);
  if (score !== undefined || scores.length === 0) return score ?? 'none';
  if (named.label !== undefined && label !== 'none') return 'none';
  return fault({
    path: 'outputs',
    message: 'it is not clear which output holds the scores of the classes',
    found: listOutputs(inspection),
    expected: 'one output of scores of shape [n, number of classes], or none',
    hint: 'Name it in the policy, as outputs.score.',
  });
};

/** Whether it is known which class each score is of. */
const areOfClasses = ({ inspection, fault }: Binding, score: ScoreOutput): boolean => {
  const width = score.shape[1] as number;
  const { classLabels } = score;
  const path = `outputs.${score.name}`;
  const found = describeTensor(score);
  if (classLabels === null)
    fault({
      path,
      message: inspection.classLabelsAmbiguous
        ? 'the model states several different lists of class labels'
        : 'the model does not say which class each of its scores is of',
      found,
      expected: 'class labels in the model',
      hint: 'Export the classifier itself with skl2onnx, which writes its class labels; those of an endpoint are named with --classes.',
    });
  else if (classLabels.length > mostClasses)
    fault({
      path,
      message: `the model tells ${classLabels.length} classes apart`,
      found,
      expected: `at most ${mostClasses} classes`,
      hint: 'Put rare classes together, or treat the label as a number.',
    });
  else if (new Set(classLabels.map(String)).size < classLabels.length)
    fault({
      path,
      message: 'the model has the same class label twice',
      found: classLabels.map((label) => JSON.stringify(label)).join(', '),
      expected: 'a label of its own for each score',
    });
  else if (width !== -1 && width !== classLabels.length)
    fault({
      path,
      message: `the model has ${classLabels.length} class labels and scores of another number of classes`,
      found,
      expected: `shape [n, ${classLabels.length}]`,
    });
  else return true;
  return false;
};

const namedOutput = <Output extends TensorSpec>(
  { inspection, named, fault }: Binding,
  key: 'score' | 'label',
  suitable: readonly Output[],
  expected: string,
): Output | undefined => {
  const name = named[key] as string;
  const output = suitable.find((each) => each.name === name);
  if (output !== undefined) return output;
  const near = nearestName(
    name,
    suitable.map((each) => each.name),
  );
  return fault({
    path: `outputs.${key}`,
    message: `the model has no output ${JSON.stringify(name)} to read as the ${key}`,
    found: listOutputs(inspection),
    expected,
    hint:
      near === undefined
        ? `Correct outputs.${key} in the policy, or leave it out.`
        : `Did you mean ${JSON.stringify(near)}?`,
  });
};

const misshapen = (
  { fault }: Binding,
  output: TensorSpec,
  shape: string,
  key: 'score' | 'label' = 'score',
): undefined =>
  fault({
    path: `outputs.${key}`,
    message: `the output ${JSON.stringify(output.name)} has another shape than that of a ${key}`,
    found: describeTensor(output),
    expected: `shape ${shape}`,
    hint: `Name another output in the policy, as outputs.${key}.`,
  });

/** The only one; of several the one whose name says so. */
const one = <Output extends TensorSpec>(
  outputs: readonly Output[],
  usualName: RegExp,
): Output | undefined => {
  const named = outputs.filter(({ name }) => usualName.test(name));
  const [first, second] = named.length > 0 ? named : outputs;
  return second === undefined ? first : undefined;
};
