import {
  acrossDefinitions,
  metricDefinition,
  type Across,
  type Measure,
  type PolicyCheck,
} from '@sluice/contracts';
import { nameShown, type Shortfall } from '../measure.js';
import { shortfallsOf } from '../shortfalls.js';
import type { Decision, Evaluation } from './decide-check.js';
import { groupAdvice, isAboutGroups } from './group-advice.js';
import { allowedBy, intervalTouches, isWithin, reachesOut } from './limits.js';
import { scoreAdvice } from './score-advice.js';
import { taskAdvice } from './task-advice.js';
import { valueAdvice } from './value-advice.js';
import { metricWords } from './words.js';

/** What to do about a check that doesn't hold: the direction, the groups, and means that are known to work. */
export const adviceFor = (
  check: PolicyCheck,
  { measure }: Decision,
  evaluation: Evaluation,
): string => {
  if (measure.value === null) return adviceWithoutValue(check, measure, evaluation);
  const { task } = evaluation.profile;
  const advice =
    task === 'binary-classification'
      ? binaryAdvice(check, measure, measure.value, evaluation)
      : taskAdvice(task, check, measure, measure.value);
  const compare =
    check.against === undefined
      ? ''
      : ' Compare data, features and parameters with those of the champion to see what changed.';
  const allowed = allowedBy(check);
  const chance = isWithin(measure.value, allowed)
    ? ' The figure itself meets the limit: more evaluation rows would narrow its interval.'
    : intervalTouches(measure, allowed)
      ? ' More evaluation rows would narrow the interval and show whether this is chance.'
      : '';
  return `${advice}${compare}${chance}`;
};

const binaryAdvice = (
  check: PolicyCheck,
  measure: Measure,
  value: number,
  evaluation: Evaluation,
): string => {
  if (isAboutGroups(measure)) return groupAdvice(measure, evaluation);
  return metricDefinition(check.metric).kind === 'value'
    ? valueAdvice(check, measure, evaluation)
    : (scoreAdvice(check, measure) ?? qualityAdvice(check, measure, value));
};

const adviceWithoutValue = (
  check: PolicyCheck,
  measure: Measure,
  { profile }: Evaluation,
): string => {
  const shortfalls = shortfallsOf(profile, { ...measure, minimumRows: check.min_rows });
  if (metricDefinition(check.metric).needs === 'score' && measure.n === 0)
    return 'Evaluate with scores rather than predictions, in one piece: name a score column or an artifact in the policy.';
  if (shortfalls.length > 0) return moreRows(shortfalls, measure);
  const ratioOfSelection =
    check.metric === 'selection_rate' && check.across !== undefined && isRatio(check.across);
  if (
    check.metric === 'demographic_parity_ratio' ||
    check.metric === 'disparate_impact' ||
    ratioOfSelection
  )
    return 'Nobody is selected: check the decision threshold, and that columns.favorable names the value of the label that is good for the person.';
  return `Evaluate on data for which the ${metricWords[check.metric]} is defined: ${measure.reason}.`;
};

const isRatio = (across: Across): boolean => acrossDefinitions[across].kind === 'ratio';

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

const qualityAdvice = (check: PolicyCheck, measure: Measure, value: number): string => {
  const of = measure.group === null ? '' : ` of ${nameShown(measure.group)}`;
  const name = metricWords[check.metric];
  const { direction } = metricDefinition(check.metric);
  const allowed = allowedBy(check);
  const above =
    value > allowed.most || (isWithin(value, allowed) && reachesOut(measure, allowed).above);
  const tooHigh = check.against === undefined && above;
  const better = check.against === undefined && tooHigh === (direction === 'higher');
  const raise = `raise the decision threshold, or train on more unfavorable rows${of}`;
  const lower = `lower the decision threshold, or train on more favorable rows${of}`;
  switch (check.metric) {
    case 'roc_auc':
      return tooHigh
        ? leakage(name, 'above')
        : `The scores${of} rank rows too poorly, which no threshold mends: add informative features or training rows${of}, and check that training and evaluation data come from the same source.`;
    case 'selection_rate':
      return tooHigh
        ? `Too many rows${of} are predicted favorable: ${raise}.`
        : `Too few rows${of} are predicted favorable: ${lower}.`;
    case 'base_rate':
      return `This is about the data, not the model: see whether the evaluation rows${of} are drawn as they occur, and whether columns.favorable names the right value.`;
    case 'true_positive_rate':
    case 'false_negative_rate':
      return better
        ? `More favorable rows${of} are found than the limit allows, which often means that nearly all rows are: see the false positive rate, and raise the decision threshold.`
        : `Too many favorable rows${of} are missed: ${lower}.`;
    case 'false_positive_rate':
    case 'true_negative_rate':
      return better
        ? `Fewer unfavorable rows${of} are predicted favorable than the limit asks for: lower the decision threshold.`
        : `Too many unfavorable rows${of} are predicted favorable: ${raise}.`;
    case 'precision':
    case 'false_discovery_rate':
      return better
        ? leakage(name, tooHigh ? 'above' : 'below')
        : `Too many of the rows${of} that are predicted favorable are not: ${raise}.`;
    case 'negative_predictive_value':
    case 'false_omission_rate':
      return better
        ? leakage(name, tooHigh ? 'above' : 'below')
        : `Too many of the rows${of} that are predicted unfavorable are favorable: ${lower}.`;
    case 'consistency':
      return better
        ? leakage(name, tooHigh ? 'above' : 'below')
        : 'Rows that are alike in the columns of `consistency` are decided differently: see whether another feature ought to decide, leave out features that make arbitrary differences, or train a smoother model (more regularisation, larger leaves).';
    case 'label_consistency':
      return 'This is about the data, not the model: rows that are alike in the columns of `consistency` have different labels. See whether the labels are sound, or name further columns that explain them.';
    case 'theil_index':
    case 'generalized_entropy_index':
    case 'coefficient_of_variation':
      return better
        ? leakage(name, 'below')
        : `Errors${of} favor some rows at the expense of others: of false positives and false negatives, make the more frequent ones rarer by moving the decision threshold, and both by features or training rows${of}.`;
    default:
      return better
        ? leakage(name, tooHigh ? 'above' : 'below')
        : `See whether the errors${of} are mostly false positives or false negatives: move the decision threshold if they are one-sided, otherwise add features or training rows${of}.`;
  }
};

const leakage = (name: string, side: 'above' | 'below'): string =>
  `A ${name} ${side} its limit suggests a leak: look for a feature that is known only after the outcome, and for rows that stand in the training data too.`;
