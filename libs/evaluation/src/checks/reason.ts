import {
  acrossDefinitions,
  definitionOf,
  metricDefinition,
  type Measure,
  type PolicyCheck,
} from '@sluice/contracts';
import { decidingValues, type GroupValue } from '../fairness/across.js';
import {
  comparisonOf,
  decidingGroups,
  isFairness,
  type FairnessName,
} from '../fairness/fairness-measure.js';
import { nameShown } from '../measure.js';
import { columnOf, isPerGroup, measureProfile, overallOf } from '../measure-profile.js';
import type { Profile, Slice } from '../profile.js';
import type { Predictor } from '../quality/rates.js';
import { acrossFormOf, spelledOut } from '../tasks/across-forms.js';
import { binaryOf } from '../tasks/task-slices.js';
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
  const { task } = evaluation.profile;
  // A named metric of fairness is told as what it is made of.
  if (acrossFormOf(task, check.metric) !== undefined)
    return reasonFor(
      spelledOut(task, check),
      { ...decision, measure: spelledOut(task, decision.measure) },
      evaluation,
    );
  const { measure } = decision;
  const { value } = measure;
  if (value === null)
    return `${subjectOf(check, measure)} ${withoutFigure(measure)}${asWarning(check, decision)}.`;
  const figures =
    check.against === undefined
      ? measure.across !== undefined
        ? acrossFigures(check, measure, value, evaluation)
        : isFairness(check.metric) && task === 'binary-classification'
          ? groupFigures(check, check.metric, measure, value, evaluation)
          : `${subjectOf(check, measure)} is ${figure(value, check)}${intervalShown(measure.interval)} (n = ${measure.n})`
      : championFigures(check, measure, value, evaluation);
  return `${figures}${among(check, decision)}, ${verdictOn(check, measure, value)}.`;
};

/** "The true positive rate for over_25", "Where dept is a, the precision (difference) by sex" */
const subjectOf = (check: PolicyCheck, measure: Measure): string => {
  const { by, group, across, within } = measure;
  const place =
    group !== null ? ` for ${nameShown(group)}` : by !== null ? ` by ${nameShown(by)}` : '';
  const made = across === undefined ? '' : ` (${acrossDefinitions[across].words})`;
  const through = within?.value === null ? ` within ${nameShown(within.column)}` : '';
  const ofClass = measure.class === undefined ? '' : ` of the class ${nameShown(measure.class)}`;
  return `${opening(measure)} ${metricShown(check.metric, check.parameter)}${ofClass}${made}${place}${through}`;
};

/** "The", or in a stratum "Where dept is a, the" */
const opening = ({ within }: Measure): string =>
  within?.value == null
    ? 'The'
    : `Where ${nameShown(within.column)} is ${nameShown(within.value)}, the`;

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
  const column = columnOf(binaryOf(profile), measure.by, measure.within);
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
    `${opening(measure)} ${rate} is ${inGroup(one)} and ${inGroup(other)}${extremes}${several}: ` +
    `a ${mean ? 'mean ' : ''}${disparity} of ${figure(value, check)}${intervalShown(measure.interval)}`
  );
};

/** "The precision is 0.710 for a (n = 80) and 0.820 for b (n = 90): a difference of 0.110 [0.020, 0.190]" */
const acrossFigures = (
  check: PolicyCheck,
  measure: Measure,
  value: number,
  evaluation: Evaluation,
): string => {
  const { across } = measure;
  if (across === undefined) throw new TypeError('The measure is of one group or of all rows.');
  const { kind, reference } = acrossDefinitions[across];
  const { groups } = columnOf<Slice>(evaluation.profile, measure.by, measure.within);
  const [one, other] = valuesAcross(check, measure, evaluation, 'version');
  const shown = `${figure(value, check)}${intervalShown(measure.interval)}`;
  const name = `${opening(measure)} ${metricShown(check.metric, check.parameter)}`;
  if (other === undefined)
    return `${name} is ${across === 'group_min' ? 'lowest' : 'highest'} for ${nameShown(one.group)} of ${groups.length} groups: ${shown} (n = ${one.n})`;
  const extremes =
    groups.length > 2 && reference === null
      ? `, lowest and highest of ${groups.length} groups`
      : reference === 'overall' && groups.length > 1
        ? `, the group farthest from all rows of ${groups.length}`
        : '';
  return `${name} is ${inGroup(one)} and ${inGroup(other)}${extremes}: a ${kind} of ${shown}`;
};

const valuesAcross = (
  { min_rows: minimumRows }: PolicyCheck,
  measure: Measure,
  { profile }: Evaluation,
  predictor: Predictor,
): readonly [GroupValue, ...GroupValue[]] => {
  const { across } = measure;
  if (across === undefined) throw new TypeError('The measure is of one group or of all rows.');
  const request = { ...measure, of: predictor, across, minimumRows };
  const column = columnOf<Slice>(profile, measure.by, measure.within);
  return decidingValues(request, column, () => overallOf<Slice>(profile, measure), predictor);
};

const inGroup = ({ value, group, n }: GroupValue): string =>
  `${numberShown(value)} for ${nameShown(group)} (n = ${n})`;

/** "The ROC AUC is 0.797, the champion's 0.755: a change of +0.042 [+0.012, +0.072] (n = 400)" */
const championFigures = (
  check: PolicyCheck,
  measure: Measure,
  value: number,
  evaluation: Evaluation,
): string => {
  const { profile, worths } = evaluation;
  const valueOf = (of: Predictor): string => {
    const own = measureProfile(profile, {
      ...measure,
      of,
      worths,
      minimumRows: check.min_rows,
    }).value;
    return own === null ? 'undefined' : numberShown(own);
  };
  const told = ({ group, value: rate }: GroupValue): string =>
    `${numberShown(rate)} for ${nameShown(group)}`;
  const groupsOf = (of: Predictor): string => {
    if (measure.across !== undefined)
      return ` (${valuesAcross(check, measure, evaluation, of).map(told).join(', ')})`;
    if (!isFairness(check.metric) || profile.task !== 'binary-classification') return '';
    const column = columnOf(profile, measure.by, measure.within);
    const { low, high } = decidingGroups(check.metric, column, of);
    return ` (${metricWords[low.rate]} ${told(low)}, ${told(high)})`;
  };
  const change = changeShown(value, finite(allowedBy(check)));
  const { ideal } = definitionOf(check);
  const changed = ideal === undefined ? 'a change of' : `its distance from ${ideal} changes by`;
  return (
    `${subjectOf(check, measure)} is ${valueOf('version')}${groupsOf('version')}, ` +
    `the champion's ${valueOf('champion')}${groupsOf('champion')}: ` +
    `${changed} ${change}${intervalShown(measure.interval, (limit) => changeShown(limit))} (n = ${measure.n}${surprise(check, measure, profile)})`
  );
};

/** "; p = 0.0312 if they did not differ", or why that isn't known */
const surprise = ({ holds }: PolicyCheck, measure: Measure, profile: Profile): string => {
  const test = holds === 'interval' ? null : testOfNoDifference(measure, profile);
  if (test === null) return '';
  return typeof test === 'string'
    ? `; without a test, as ${test}`
    : `; ${pShown(test.p)} if they did not differ`;
};

/** ", the worst of 5 groups, 2 of which miss the limit" */
const among = (check: PolicyCheck, { outOf, missed }: Decision): string => {
  if (outOf < 2) return '';
  const worst = `, the worst of ${outOf} ${candidatesOf(check)}`;
  return missed < 2
    ? worst
    : `${worst}, ${missed} of which don't hold the ${check.against === undefined ? 'limit' : 'comparison'}`;
};

/** What has to hold each by itself. */
const candidatesOf = (check: PolicyCheck): string => {
  if (check.within === undefined) return 'groups';
  const values = `values of ${nameShown(check.within)}`;
  return isPerGroup(check) && check.group === undefined ? `groups in ${values}` : values;
};

/** Which limit it met or missed, and whether its interval says the same. */
const verdictOn = (check: PolicyCheck, measure: Measure, value: number): string => {
  const allowed = allowedBy(check);
  const reaches = reachesOut(measure, allowed);
  if (check.no_worse_by !== undefined) {
    const limit = limitShown(check.no_worse_by);
    if (!isWithin(value, allowed))
      return `worse by more than the ${limit} allowed${backAcross(measure, allowed)}`;
    if (missesOtherwise(check, measure, value))
      return check.holds === 'interval'
        ? `within the ${limit} that it may be worse by, but ${wholeInterval(measure)} has to be, and it reaches beyond that`
        : `within the ${limit} that it may be worse by, but ${notExact(measure)}`;
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
      ? `within the limits of ${limitShown(allowed.least)} and ${limitShown(allowed.most)}`
      : check.at_least !== undefined
        ? `which meets the limit of at least ${limitShown(allowed.least)}`
        : `which meets the limit of at most ${limitShown(allowed.most)}`;
  const sides = [reaches.below && 'below', reaches.above && 'above'].filter(Boolean).join(' and ');
  if (missesOtherwise(check, measure, value))
    return check.holds === 'interval'
      ? `${met}, but ${wholeInterval(measure)} has to, and it reaches ${sides} the limit`
      : `${met}, but ${notExact(measure)}`;
  return sides === '' ? met : `${met}; the interval reaches ${sides} the limit`;
};

/** When the value is within the limits, and what has to hold isn't. */
const missesOtherwise = (check: PolicyCheck, measure: Measure, value: number): boolean =>
  decidingMargin(value, measure, check) < 0;

/** "the whole 95 % interval" */
const wholeInterval = ({ interval }: Measure): string =>
  `the whole ${Number(((interval?.level ?? 0.95) * 100).toFixed(3))} % interval`;

/** Of figures of ranks in profiles that were merged from parts, and of quantiles. */
const notExact = ({ errorBound = 0 }: Measure): string =>
  `it is known within a bound, and the exact value may be ${numberShown(errorBound)} away, beyond that`;

const backAcross = (measure: Measure, allowed: Allowed): string =>
  intervalTouches(measure, allowed) ? ', though the interval reaches back across the limit' : '';
