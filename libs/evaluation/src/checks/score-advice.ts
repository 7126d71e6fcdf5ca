import { metricDefinition, type Measure, type PolicyCheck } from '@sluice/contracts';
import { nameShown } from '../measure.js';
import { allowedBy, isWithin, reachesOut } from './limits.js';
import { metricWords } from './words.js';

/** What to do about scores that are off as probabilities or as a ranking; null for other metrics. */
export const scoreAdvice = (check: PolicyCheck, measure: Measure): string | null => {
  const rows = measure.group === null ? '' : ` of ${nameShown(measure.group)}`;
  if (isTooGood(check, measure))
    return isOfScores(check.metric)
      ? `A ${metricWords[check.metric]} so good suggests a leak: look for a feature that is known only after the outcome, and for rows that stand in the training data too.`
      : null;
  switch (check.metric) {
    case 'log_loss':
      return `The scores${rows} give too little to what happens, and log loss charges most for those that are sure and wrong: see the calibration curve, calibrate the scores on held-out rows (by Platt's logistic or isotonic regression), and look at the rows with the largest losses.`;
    case 'brier_score':
      return `The scores${rows} lie too far from the labels: if the expected calibration error is large, calibrate them on held-out rows (by Platt's logistic or isotonic regression); if the ROC AUC is small, add informative features or training rows${rows}.`;
    case 'expected_calibration_error':
    case 'maximum_calibration_error':
      return `The scores${rows} are no probabilities: calibrate them on held-out rows (by Platt's logistic or isotonic regression), and check that favorable rows are as frequent in training as in evaluation. The calibration curve of the report shows where they are off.`;
    case 'pr_auc':
    case 'ks_statistic':
      return `The scores${rows} rank rows too poorly, which no threshold mends: add informative features or training rows${rows}, and check that training and evaluation data come from the same source.`;
    case 'gain':
    case 'lift':
      return `Too few favorable rows${rows} are among those that score highest: add features that tell the surest cases apart, and look at the unfavorable rows with the highest scores.`;
    default:
      return null;
  }
};

const isOfScores = (metric: PolicyCheck['metric']): boolean =>
  metricDefinition(metric).needs === 'score' && metric !== 'roc_auc';

/** Whether it is the limit on the better side that is missed. */
const isTooGood = (check: PolicyCheck, measure: Measure): boolean => {
  const { value } = measure;
  if (value === null || check.against !== undefined) return false;
  const allowed = allowedBy(check);
  const reaches = reachesOut(measure, allowed);
  const above = value > allowed.most || (isWithin(value, allowed) && reaches.above);
  const below = value < allowed.least || (isWithin(value, allowed) && reaches.below);
  return metricDefinition(check.metric).direction === 'higher' ? above && !below : below && !above;
};
