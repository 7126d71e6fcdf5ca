import type { Measure, PolicyCheck } from '@sluice/contracts';
import {
  decidingGroups,
  fairnessShortfalls,
  isFairness,
  type FairnessName,
} from '../fairness/fairness-measure.js';
import { nameShown, type Shortfall } from '../measure.js';
import { columnOf, sliceOf } from '../measure-profile.js';
import { qualityShortfalls } from '../quality/quality-measure.js';
import type { Decision, Evaluation } from './decide-check.js';
import { allowedBy, intervalTouches } from './limits.js';
import { metricWords } from './words.js';

/** What to do about a check that doesn't hold: the direction, the groups, and means that are known to work. */
export const adviceFor = (
  check: PolicyCheck,
  { measure }: Decision,
  evaluation: Evaluation,
): string => {
  if (measure.value === null) return adviceWithoutValue(check, measure, evaluation);
  const advice = isFairness(check.metric)
    ? fairnessAdvice(check.metric, measure, evaluation)
    : qualityAdvice(check, measure, measure.value);
  const compare =
    check.against === undefined
      ? ''
      : ' Compare data, features and parameters with those of the champion to see what changed.';
  const chance = intervalTouches(measure, allowedBy(check))
    ? ' More evaluation rows would narrow the interval and show whether this is chance.'
    : '';
  return `${advice}${compare}${chance}`;
};

const adviceWithoutValue = (
  check: PolicyCheck,
  measure: Measure,
  { profile }: Evaluation,
): string => {
  const shortfalls = isFairness(check.metric)
    ? fairnessShortfalls(check.metric, columnOf(profile, measure.by))
    : qualityShortfalls(check.metric, sliceOf(profile, measure), measure.group);
  if (check.metric === 'roc_auc' && measure.n === 0)
    return 'Evaluate with scores rather than predictions, in one piece: name a score column or an artifact in the policy.';
  if (shortfalls.length > 0) return moreRows(shortfalls, measure);
  if (check.metric === 'demographic_parity_ratio')
    return 'Nobody is selected: check the decision threshold, and that columns.favorable names the value of the label that is good for the person.';
  return `Evaluate on data for which the ${metricWords[check.metric]} is defined: ${measure.reason}.`;
};

const moreRows = (shortfalls: readonly Shortfall[], { by }: Measure): string => {
  const told = shortfalls.slice(0, 5).map(({ group, have, need, rows: [one, many] }) => {
    const missing = need - have;
    const of = group === null ? '' : ` of ${nameShown(group)}`;
    return `${missing} more ${missing === 1 ? one : many}${of}`;
  });
  const rest = shortfalls.length > 5 ? ` and of ${shortfalls.length - 5} more` : '';
  const merge =
    by === null ? '' : `, or merge small groups of ${nameShown(by)} where that is sound`;
  return `Add at least ${told.join(', ')}${rest} to the evaluation data${merge}.`;
};

const fairnessAdvice = (
  metric: FairnessName,
  measure: Measure,
  { profile }: Evaluation,
): string => {
  const column = nameShown(measure.by ?? '');
  const { low, high } = decidingGroups(metric, columnOf(profile, measure.by), 'version');
  const [lower, upper] = [nameShown(low.group), nameShown(high.group)];
  const proxies = `Look for features that stand in for ${column} and drop or replace them`;
  switch (low.rate) {
    case 'true_positive_rate':
      return (
        `Favorable rows of ${lower} are found less often than those of ${upper}: add favorable rows of ${lower} to ` +
        `the training data or give them more weight. ${proxies}; check that features are as complete for ${lower}.`
      );
    case 'false_positive_rate':
      return (
        `Unfavorable rows of ${upper} are predicted favorable more often than those of ${lower}: give unfavorable ` +
        `rows of ${upper} more weight in training, and check that their features tell the classes apart. ${proxies}.`
      );
    default:
      return (
        `Raise the selection rate of ${lower} towards that of ${upper}: train on rows reweighed so that ${column} and ` +
        `the label are independent (Kamiran and Calders, 2012). ${proxies}.`
      );
  }
};

const qualityAdvice = (check: PolicyCheck, measure: Measure, value: number): string => {
  const of = measure.group === null ? '' : ` of ${nameShown(measure.group)}`;
  const tooHigh = check.against === undefined && value > allowedBy(check).most;
  const leakage = `A ${metricWords[check.metric]} above its limit suggests a leak: look for a feature that is known only after the outcome, and for rows that stand in the training data too.`;
  switch (check.metric) {
    case 'accuracy':
      return tooHigh
        ? leakage
        : `See whether the errors${of} are mostly false positives or false negatives: move the decision threshold if they are one-sided, otherwise add features or training rows${of}.`;
    case 'roc_auc':
      return tooHigh
        ? leakage
        : `The scores${of} rank rows too poorly, which no threshold mends: add informative features or training rows${of}, and check that training and evaluation data come from the same source.`;
    case 'selection_rate':
      return tooHigh
        ? `Too many rows${of} are predicted favorable: raise the decision threshold, or train on more unfavorable rows${of}.`
        : `Too few rows${of} are predicted favorable: lower the decision threshold, or train on more favorable rows${of}.`;
    case 'true_positive_rate':
      return tooHigh
        ? `More favorable rows${of} are found than the limit allows, which often means that nearly all rows are: see the false positive rate, and raise the decision threshold.`
        : `Too many favorable rows${of} are missed: lower the decision threshold, or train on more favorable rows${of}.`;
    default:
      return check.against !== undefined || tooHigh
        ? `Too many unfavorable rows${of} are predicted favorable: raise the decision threshold, or train on more unfavorable rows${of}.`
        : `Fewer unfavorable rows${of} are predicted favorable than the limit asks for: lower the decision threshold.`;
  }
};
