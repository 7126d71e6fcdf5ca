import {
  averageOf,
  definitionOf,
  isAverage,
  type Measure,
  type PolicyCheck,
  type Task,
} from '@sluice/contracts';
import { nameShown } from '../measure.js';
import { allowedBy, isWithin, reachesOut } from './limits.js';
import { metricWords } from './words.js';

/** What to do about a figure of several classes or of a regression that doesn't hold. */
export const taskAdvice = (
  task: Exclude<Task, 'binary-classification'>,
  check: PolicyCheck,
  measure: Measure,
  value: number,
): string => {
  const { direction, kind } = definitionOf(check);
  if (kind === 'fairness' || check.across !== undefined) return betweenGroups(task, measure);
  const name = metricWords[check.metric];
  const allowed = allowedBy(check);
  const tooHigh =
    value > allowed.most || (isWithin(value, allowed) && reachesOut(measure, allowed).above);
  const better = check.against === undefined && tooHigh === (direction === 'higher');
  if (better && direction !== 'ideal' && direction !== 'neither')
    return `A ${name} ${tooHigh ? 'above' : 'below'} its limit suggests a leak: look for a feature that is known only after the outcome, and for rows that stand in the training data too.`;
  return task === 'regression'
    ? regressionAdvice(check, measure, tooHigh)
    : (adviceOfScores(check, measure) ?? classAdvice(measure));
};

const placeOf = ({ group }: Measure): string => (group === null ? '' : ` of ${nameShown(group)}`);

const betweenGroups = (task: Task, { by }: Measure): string => {
  const column = nameShown(by ?? '');
  return task === 'regression'
    ? `See in which group of ${column} predictions are farther off, or off to one side: add training rows of it or give them more weight, and check that features are as complete and as telling for it.`
    : `See which class is predicted more or less often, or found less well, in one group of ${column}: add training rows of that class and group or give them more weight, and look for features that stand in for ${column}.`;
};

const regressionAdvice = ({ metric }: PolicyCheck, measure: Measure, tooHigh: boolean): string => {
  const of = placeOf(measure);
  switch (metric) {
    case 'mean_error':
    case 'residual_quantile':
    case 'mean_prediction':
      return tooHigh
        ? `Predictions${of} are too high on the whole: see whether labels of the training data are of another time or place, and train without a loss that favours high predictions.`
        : `Predictions${of} are too low on the whole: see whether labels of the training data are of another time or place, and whether large labels were cut off or transformed without correcting the mean.`;
    case 'mean_label':
      return `This is about the data, not the model: see whether the evaluation rows${of} are drawn as they occur.`;
    case 'max_error':
      return `Look at the rows${of} with the largest errors: wrong labels, units that differ, or values of features that training had none of.`;
    default:
      return `Errors${of} are too large: see in the report where predictions miss the labels, at one end or all over; add features or training rows there, and look for wrong labels.`;
  }
};

/** null for metrics of predictions. */
const adviceOfScores = ({ metric }: PolicyCheck, measure: Measure): string | null => {
  const scores = `The scores${measure.class === undefined ? '' : ` of ${nameShown(measure.class)}`}${placeOf(measure)}`;
  const calibrate =
    'calibrate them on held-out rows (by temperature scaling, or class by class by isotonic regression)';
  switch (isAverage(metric) ? averageOf(metric).metric : metric) {
    case 'expected_calibration_error':
    case 'maximum_calibration_error':
      return `${scores} are no probabilities: ${calibrate}, and check that classes are as frequent in training as in evaluation. The calibration curves of the report show where they are off.`;
    case 'log_loss':
    case 'brier_score':
    case 'multiclass_brier_score':
      return `${scores} lie too far from what happens: if the expected calibration error is large, ${calibrate}; if the ROC AUC of a class is small, add features that tell it from others.`;
    case 'roc_auc':
    case 'pr_auc':
    case 'ks_statistic':
    case 'gain':
    case 'lift':
      return `${scores} rank rows too poorly, which no calibration mends: see in the report which classes they tell from others worst, add features that tell those apart or training rows of them, and check that training and evaluation data come from the same source.`;
    default:
      return null;
  }
};

const classAdvice = (measure: Measure): string =>
  measure.class === undefined
    ? `See in the confusion which classes${placeOf(measure)} are taken for which: add features that tell those apart, or training rows of the classes that are found least.`
    : `See in the confusion what rows of ${nameShown(measure.class)}${placeOf(measure)} are taken for, and what is taken for it: add features that tell those apart, or training rows of the class.`;
