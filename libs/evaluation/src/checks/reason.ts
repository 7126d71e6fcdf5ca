import { metricDefinition, type Measure, type PolicyCheck } from '@sluice/contracts';
import {
  comparisonOf,
  decidingGroups,
  isFairness,
  type FairnessName,
  type GroupRate,
} from '../fairness/fairness-measure.js';
import { nameShown } from '../measure.js';
import { columnOf, measureProfile } from '../measure-profile.js';
import type { Profile } from '../profile.js';
import type { Predictor } from '../quality/rates.js';
import type { Decision, Evaluation } from './decide-check.js';
import {
  allowedBy,
  decidingMargin,
  intervalTouches,
  isWithin,
  reachesOut,
  type Allowed,
} from './limits.js';
import { testOfNoDifference } from './test-of-no-difference.js';
import {
  changeShown,
  intervalShown,
  limitShown,
  metricShown,
  metricWords,
  numberShown,
  pShown,
} from './words.js';

/** Why a check came out as it did: one sentence, with the figures and the groups that they are of. */
export const reasonFor = (
  check: PolicyCheck,
  decision: Decision,
  evaluation: Evaluation,
): string => {
  const { measure } = decision;
  const { value } = measure;
  if (value === null)
    return `${subjectOf(check, measure)} ${withoutFigure(measure)}${asWarning(check, decision)}.`;
  const figures =
    check.against === undefined
      ? isFairness(check.metric)
        ? groupFigures(check, check.metric, measure, value, evaluation)
        : `${subjectOf(check, measure)} is ${figure(value, check)}${intervalShown(measure.interval)} (n = ${measure.n})`
      : championFigures(check, measure, value, evaluation);
  return `${figures}${among(check, decision)}, ${verdictOn(check, measure, value)}.`;
};

/** "The true positive rate for over_25" */
const subjectOf = (check: PolicyCheck, { by, group }: Pick<Measure, 'by' | 'group'>): string => {
  const place =
    group !== null ? ` for ${nameShown(group)}` : by !== null ? ` by ${nameShown(by)}` : '';
  return `The ${metricShown(check.metric, check.parameter)}${place}`;
};

const withoutFigure = ({ state, reason }: Measure): string =>
  state === 'undefined' ? `is undefined: ${reason}` : `rests on too little to judge: ${reason}`;

/** When it is the policy that makes a warning of what fails otherwise. */
const asWarning = ({ severity }: PolicyCheck, { outcome, measure }: Decision): string =>
  severity === 'fail' && outcome === 'warn'
    ? `; by when_${measure.state}, the policy makes that a warning`
    : '';

/** The figure that the limits are about, told apart from them. */
const figure = (value: number, check: PolicyCheck): string =>
  numberShown(value, finite(allowedBy(check)));

const finite = ({ least, most }: Allowed): number[] => [least, most].filter(Number.isFinite);

/** "The selection rate is 0.474 for a (n = 76) and 0.802 for b (n = 324): a ratio of 0.590 [0.464, 0.741]" */
const groupFigures = (
  check: PolicyCheck,
  metric: FairnessName,
  measure: Measure,
  value: number,
  { profile }: Evaluation,
): string => {
  const column = columnOf(profile, measure.by);
  const { low, high } = decidingGroups(metric, column, 'version');
  const rate = metricWords[low.rate];
  const { rates, disparity, mean } = comparisonOf(metric);
  const { needsPrivileged } = metricDefinition(metric);
  // What is read against the privileged group names that one last.
  const [one, other] =
    needsPrivileged && low.group === column.privileged ? [high, low] : [low, high];
  const several = rates.length > 1 ? ', the rate that differs more' : '';
  const extremes =
    column.groups.length > 2 && !needsPrivileged
      ? `, lowest and highest of ${column.groups.length} groups`
      : '';
  return (
    `The ${rate} is ${inGroup(one)} and ${inGroup(other)}${extremes}${several}: ` +
    `a ${mean ? 'mean ' : ''}${disparity} of ${figure(value, check)}${intervalShown(measure.interval)}`
  );
};

const inGroup = ({ value, group, n }: GroupRate): string =>
  `${numberShown(value)} for ${nameShown(group)} (n = ${n})`;

/** "The ROC AUC is 0.797, the champion's 0.755: a change of +0.042 [+0.012, +0.072] (n = 400)" */
const championFigures = (
  check: PolicyCheck,
  measure: Measure,
  value: number,
  { profile, worths }: Evaluation,
): string => {
  const valueOf = (of: Predictor): string => {
    const own = measureProfile(profile, { ...measure, of, worths }).value;
    return own === null ? 'undefined' : numberShown(own);
  };
  const groupsOf = (of: Predictor): string => {
    if (!isFairness(check.metric)) return '';
    const { low, high } = decidingGroups(check.metric, columnOf(profile, measure.by), of);
    const told = ({ group, value: rate }: GroupRate): string =>
      `${numberShown(rate)} for ${nameShown(group)}`;
    return ` (${metricWords[low.rate]} ${told(low)}, ${told(high)})`;
  };
  const change = changeShown(value, finite(allowedBy(check)));
  const { ideal } = metricDefinition(check.metric);
  const changed = ideal === undefined ? 'a change of' : `its distance from ${ideal} changes by`;
  return (
    `${subjectOf(check, measure)} is ${valueOf('version')}${groupsOf('version')}, ` +
    `the champion's ${valueOf('champion')}${groupsOf('champion')}: ` +
    `${changed} ${change}${intervalShown(measure.interval, (limit) => changeShown(limit))} (n = ${measure.n}${surprise(check, measure, profile)})`
  );
};

/** "; p = 0.0312 if they didn't differ" */
const surprise = ({ holds }: PolicyCheck, measure: Measure, profile: Profile): string => {
  const test = holds === 'interval' ? null : testOfNoDifference(measure, profile);
  return test === null ? '' : `; p = ${pShown(test.p)} if they did not differ`;
};

/** ", the worst of 5 groups, 2 of which miss the limit" */
const among = (check: PolicyCheck, { outOf, missed }: Decision): string => {
  if (outOf < 2) return '';
  return missed < 2
    ? `, the worst of ${outOf} groups`
    : `, the worst of ${outOf} groups, ${missed} of which don't hold the ${check.against === undefined ? 'limit' : 'comparison'}`;
};

/** Which limit it met or missed, and whether its interval says the same. */
const verdictOn = (check: PolicyCheck, measure: Measure, value: number): string => {
  const allowed = allowedBy(check);
  const reaches = reachesOut(measure, allowed);
  if (check.no_worse_by !== undefined) {
    const limit = limitShown(check.no_worse_by);
    if (!isWithin(value, allowed))
      return `worse by more than the ${limit} allowed${backAcross(measure, allowed)}`;
    if (missesByInterval(check, measure, value))
      return `within the ${limit} that it may be worse by, but ${wholeInterval(measure)} has to be, and it reaches beyond that`;
    return `within the ${limit} that it may be worse by${
      reaches.below || reaches.above ? '; the interval reaches beyond that' : ''
    }`;
  }
  if (!isWithin(value, allowed)) {
    const [side, limit] =
      value < allowed.least ? ['below', allowed.least] : ['above', allowed.most];
    return `${side} the limit of ${limitShown(limit)}${backAcross(measure, allowed)}`;
  }
  const met =
    check.at_least !== undefined && check.at_most !== undefined
      ? `within the limits of ${limitShown(check.at_least)} and ${limitShown(check.at_most)}`
      : check.at_least !== undefined
        ? `which meets the limit of at least ${limitShown(check.at_least)}`
        : `which meets the limit of at most ${limitShown(check.at_most ?? 0)}`;
  const sides = [reaches.below && 'below', reaches.above && 'above'].filter(Boolean).join(' and ');
  if (missesByInterval(check, measure, value))
    return `${met}, but ${wholeInterval(measure)} has to, and it reaches ${sides} the limit`;
  return sides === '' ? met : `${met}; the interval reaches ${sides} the limit`;
};

const missesByInterval = (check: PolicyCheck, measure: Measure, value: number): boolean =>
  decidingMargin(value, measure, check) < 0;

/** "the whole 95 % interval" */
const wholeInterval = ({ interval }: Measure): string =>
  `the whole ${Number(((interval?.level ?? 0.95) * 100).toFixed(3))} % interval`;

const backAcross = (measure: Measure, allowed: Allowed): string =>
  intervalTouches(measure, allowed) ? ', though the interval reaches back across the limit' : '';
