import {
  favorableOf,
  nearestName,
  type Fault,
  type Policy,
  type TensorSpec,
} from '@sluice/contracts';
import type { OnnxInspection } from '@sluice/artifacts';
import type { FaultCollector } from '../fault-collector.js';
import { isFavorable, isNumeric } from '../favorable.js';
import {
  describeTensor,
  isOfTwoClasses,
  isOutputFault,
  isOnePerRow,
  labelOutputsOf,
  listOutputs,
  scoreOutputsOf,
  type ScoreOutput,
} from './model-outputs.js';
import type { PlannedOutputs } from './model-plan.js';

/**
 * Finds the outputs that scores and predictions are taken from: those that the policy names, else the only ones whose
 * type, shape and name suit. What doesn't fit becomes a fault.
 */
export const bindOutputs = (
  inspection: OnnxInspection,
  policy: Policy,
  file: string,
  faults: FaultCollector,
): PlannedOutputs | undefined => {
  const binder = new OutputBinder(inspection, policy, (about) =>
    faults.artifact({ file, ...about }),
  );
  const score = binder.score();
  const label = score && binder.label(score);
  if (score === undefined || label === undefined) return undefined;
  return {
    label: label === 'none' ? null : label.name,
    score: score.name,
    scoreTensor: score.tensor,
    favorableIndex: favorableIndexOf(score.classLabels, policy),
    favorable: favorableOf(policy),
  };
};

class OutputBinder {
  private readonly listed: string;

  constructor(
    private readonly inspection: OnnxInspection,
    private readonly policy: Policy,
    private readonly report: (about: Omit<Fault, 'file'>) => void,
  ) {
    this.listed = listOutputs(inspection);
  }

  score(): ScoreOutput | undefined {
    const all = scoreOutputsOf(this.inspection);
    const named = this.policy.outputs?.score;
    const suitable =
      named === undefined
        ? pick(all, isOfTwoClasses, /prob|score/i)
        : all.filter(({ name }) => name === named);
    if (named !== undefined && suitable.length === 0)
      return this.misnamed(
        'score',
        named,
        'an output of floating-point numbers, or of ZipMap',
        all,
      );
    if (suitable.length !== 1)
      return this.fault({
        path: 'outputs',
        message:
          suitable.length === 0
            ? 'the model gives no scores'
            : 'it is not clear which output holds the scores',
        found: this.listed,
        expected: 'one output of floating-point numbers, of shape [n], [n, 1] or [n, 2]',
        hint:
          suitable.length === 0
            ? (this.inspection.unservable.find(isOutputFault)?.hint ??
              'Export the probabilities, in an output named "probabilities".')
            : 'Name it in the policy, as outputs.score.',
      });
    const [score] = suitable as [ScoreOutput];
    if (!isOfTwoClasses(score))
      return this.fault({
        path: `outputs.${score.name}`,
        message: `the scores ${JSON.stringify(score.name)} are not those of two classes`,
        found: describeTensor(score),
        expected: 'shape [n], [n, 1] or [n, 2]',
        hint: 'Only binary classification is evaluated.',
      });
    const twoColumns = score.shape.length === 2 && score.shape[1] === 2;
    if (twoColumns && favorableIndexOf(score.classLabels, this.policy) === null)
      return this.fault(classLabelsFault(this.inspection, score.classLabels, this.policy));
    return score;
  }

  /** The output of the predicted label; "none" when the model has none. */
  label(score: ScoreOutput): TensorSpec | 'none' | undefined {
    const all = labelOutputsOf(this.inspection).filter(({ name }) => name !== score.name);
    const named = this.policy.outputs?.label;
    const suitable =
      named === undefined
        ? pick(all.filter(isOnePerRow), isOnePerRow, /label|class/i)
        : all.filter(({ name }) => name === named);
    if (named !== undefined && suitable.length === 0)
      return this.misnamed('label', named, 'an output of strings, integers or booleans', all);
    if (suitable.length > 1)
      return this.fault({
        path: 'outputs',
        message: 'it is not clear which output holds the predicted label',
        found: this.listed,
        expected: 'one output of strings, integers or booleans, or none',
        hint: 'Name it in the policy, as outputs.label.',
      });
    const [label] = suitable;
    const favorable = favorableOf(this.policy);
    if (label !== undefined && label.datatype !== 'BYTES' && !isNumeric(favorable))
      return this.fault({
        path: `outputs.${label.name}`,
        message: `the model predicts ${label.datatype === 'BOOL' ? 'booleans' : 'numbers'}, and the favorable label ${JSON.stringify(favorable)} is none`,
        found: describeTensor(label),
        expected: 'labels as the data has them',
        hint: 'Train the model on the labels themselves, or encode the labels of the data in the same way.',
      });
    return label ?? 'none';
  }

  private misnamed(
    key: 'score' | 'label',
    name: string,
    expected: string,
    suitable: readonly TensorSpec[],
  ): undefined {
    const near = nearestName(
      name,
      suitable.map((output) => output.name),
    );
    return this.fault({
      path: `outputs.${key}`,
      message: `the model has no output ${JSON.stringify(name)} to read as the ${key}`,
      found: this.listed,
      expected,
      hint:
        near === undefined
          ? `Correct outputs.${key} in the policy, or leave it out.`
          : `Did you mean ${JSON.stringify(near)}?`,
    });
  }

  private fault(about: Omit<Fault, 'file'>): undefined {
    this.report(about);
  }
}

/** Why the column of the favorable class can't be told, and what to do about it. */
const classLabelsFault = (
  { classLabelsAmbiguous }: OnnxInspection,
  classLabels: OnnxInspection['classLabels'],
  policy: Policy,
): Omit<Fault, 'file'> => {
  const favorable = JSON.stringify(favorableOf(policy));
  const hint =
    'Export the classifier itself with skl2onnx, which writes its class labels; or give a single score, that of the favorable label. Those of an endpoint are named with --classes.';
  if (classLabels !== null)
    return {
      path: 'columns.favorable',
      message: `the class labels of the model do not single out the favorable ${favorable}`,
      found: classLabels.map((label) => JSON.stringify(label)).join(', '),
      expected: `two labels, one of them ${favorable}`,
      hint: 'Train the model on the labels as the data has them.',
    };
  if (classLabelsAmbiguous)
    return {
      path: 'outputs',
      message: 'the model states several different lists of class labels',
      hint,
    };
  return {
    path: 'outputs',
    message: `the model has two scores a row and does not say which is that of ${favorable}`,
    hint,
  };
};

/** The outputs that suit; if several do, those whose name says so. When none does, all, so that faults can name them. */
const pick = <Output extends TensorSpec>(
  outputs: readonly Output[],
  suits: (output: Output) => boolean,
  usualName: RegExp,
): readonly Output[] => {
  const fitting = outputs.filter(suits);
  const suitable = fitting.length > 0 ? fitting : outputs;
  const named = suitable.filter(({ name }) => usualName.test(name));
  return suitable.length > 1 && named.length > 0 ? named : suitable;
};

const favorableIndexOf = (
  classLabels: OnnxInspection['classLabels'],
  policy: Policy,
): number | null => {
  if (classLabels?.length !== 2) return null;
  const matching = [0, 1].filter((index) =>
    isFavorable(classLabels[index] as string | number, favorableOf(policy)),
  );
  return matching.length === 1 ? (matching[0] as number) : null;
};
