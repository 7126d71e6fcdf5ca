import type { OnnxInspection } from '@sluice/artifacts';
import type { Fault, Policy, TensorSpec } from '@sluice/contracts';
import type { FaultCollector } from '../fault-collector.js';
import { isFavorable, isNumeric } from '../favorable.js';
import type { PlannedOutputs } from './model-plan.js';

/**
 * Finds the outputs that scores and predictions are taken from: probabilities of two columns or one, and the
 * predicted label where there is one. What doesn't fit becomes a fault.
 */
export const bindOutputs = (
  inspection: OnnxInspection,
  policy: Policy,
  file: string,
  faults: FaultCollector,
): PlannedOutputs | undefined => {
  const fault = (about: Omit<Fault, 'file'>): undefined =>
    faults.artifact({ file, ...about }) as undefined;
  // ZipMap's dictionaries, which the runtime's binding can't return, are among these and say how to avoid them.
  if (inspection.unservable.some(({ path }) => isOutput(path, inspection))) return undefined;

  const { outputs } = inspection.signature;
  const score = pick(outputs, isScoreOutput, /prob|score/i);
  const label = pick(outputs, isLabelOutput, /label|class/i);
  const listed = outputs.map(describeTensor).join(', ') || 'none';
  if (score.length !== 1)
    return fault({
      path: 'outputs',
      message:
        score.length === 0
          ? 'the model gives no scores'
          : 'it is not clear which output holds the scores',
      found: listed,
      expected: 'one output of floating-point numbers, of shape [n], [n, 1] or [n, 2]',
      hint: 'Export the probabilities, in an output named "probabilities".',
    });
  if (label.length > 1)
    return fault({
      path: 'outputs',
      message: 'it is not clear which output holds the predicted label',
      found: listed,
      expected: 'one output of strings or integers, or none',
      hint: 'Name it "label".',
    });

  const [scoreOutput] = score as [TensorSpec];
  const columns = scoreOutput.shape.length === 2 ? scoreOutput.shape[1] : 1;
  if (scoreOutput.shape.length > 2 || (columns !== 1 && columns !== 2 && columns !== -1))
    return fault({
      path: `outputs.${scoreOutput.name}`,
      message: `the scores ${JSON.stringify(scoreOutput.name)} are not those of two classes`,
      found: describeTensor(scoreOutput),
      expected: 'shape [n], [n, 1] or [n, 2]',
      hint: 'Only binary classification is evaluated.',
    });

  const favorableIndex = favorableIndexOf(inspection, policy);
  if (columns === 2 && favorableIndex === null) return fault(classLabelsFault(inspection, policy));
  const [labelOutput] = label;
  if (
    labelOutput !== undefined &&
    labelOutput.datatype !== 'BYTES' &&
    !isNumeric(policy.columns.favorable)
  )
    return fault({
      path: `outputs.${labelOutput.name}`,
      message: `the model predicts numbers, and the favorable label ${JSON.stringify(policy.columns.favorable)} is none`,
      found: describeTensor(labelOutput),
      expected: 'labels as the data has them',
      hint: 'Train the model on the labels themselves, or encode the labels of the data in the same way.',
    });
  return {
    label: labelOutput?.name ?? null,
    score: scoreOutput.name,
    favorableIndex,
    favorable: policy.columns.favorable,
  };
};

/** Why the column of the favorable class can't be told, and what to do about it. */
export const classLabelsFault = (
  inspection: OnnxInspection,
  policy: Policy,
): Omit<Fault, 'file'> => {
  const { classLabels, classLabelsAmbiguous } = inspection;
  const favorable = JSON.stringify(policy.columns.favorable);
  const hint =
    'Export the classifier itself with skl2onnx, which writes its class labels; or give a single score, that of the favorable label.';
  if (classLabelsAmbiguous)
    return {
      path: 'outputs',
      message: 'the model states several different lists of class labels',
      hint,
    };
  if (classLabels === null)
    return {
      path: 'outputs',
      message: `the model has two scores a row and does not say which is that of ${favorable}`,
      hint,
    };
  return {
    path: 'columns.favorable',
    message: `the class labels of the model do not single out the favorable ${favorable}`,
    found: classLabels.map((label) => JSON.stringify(label)).join(', '),
    expected: `two labels, one of them ${favorable}`,
    hint: 'Train the model on the labels as the data has them.',
  };
};

/** An output's or input's type and shape for people. */
export const describeTensor = ({ name, datatype, shape }: TensorSpec): string =>
  `${name}: ${datatype} [${shape.map((size) => (size === -1 ? 'n' : size)).join(', ')}]`;

const isOutput = (path: string | undefined, { signature }: OnnxInspection): boolean =>
  !signature.inputs.some(({ name }) => name === path);

const isScoreOutput = ({ datatype }: TensorSpec): boolean =>
  datatype === 'FP32' || datatype === 'FP64';

const isLabelOutput = ({ datatype }: TensorSpec): boolean =>
  datatype === 'BYTES' || datatype === 'INT64' || datatype === 'INT32';

/** The outputs of a kind; if there are several, those whose name says so. */
const pick = (
  outputs: readonly TensorSpec[],
  suits: (output: TensorSpec) => boolean,
  usualName: RegExp,
): TensorSpec[] => {
  const suitable = outputs.filter(suits);
  const named = suitable.filter(({ name }) => usualName.test(name));
  return suitable.length > 1 && named.length > 0 ? named : suitable;
};

const favorableIndexOf = ({ classLabels }: OnnxInspection, policy: Policy): number | null => {
  if (classLabels?.length !== 2) return null;
  const matching = [0, 1].filter((index) =>
    isFavorable(classLabels[index] as string | number, policy.columns.favorable),
  );
  return matching.length === 1 ? (matching[0] as number) : null;
};
