import {
  checkId,
  isDriftMetric,
  groupingName,
  driftSchema,
  metricDefinition,
  type Check,
  type CheckOutcome,
  type DriftMetricName,
  type Measure,
  type PolicyCheck,
} from '@sluice/contracts';
import type { MeasureRequest } from '../measure.js';
import { columnOf, measureProfile } from '../measure-profile.js';
import type { Profile } from '../profile.js';
import { driftCandidates, type DriftEvaluation } from '../drift/drift-candidates.js';
import { driftAdvice, driftReason } from '../drift/drift-words.js';
import { adviceFor } from './advice.js';
import { allowedBy, decidingMargin, limitsOf, marginOf } from './limits.js';
import { reasonFor } from './reason.js';
import { nameShown } from '../measure.js';
import { metricWords } from './words.js';

/** What a check is decided on. */
export interface Evaluation extends Partial<Omit<DriftEvaluation, 'profile'>> {
  readonly profile: Profile;
  /** Whether there is a champion, on whose predictions the profile holds figures too. */
  readonly hasChampion: boolean;
  /** The level of the intervals that checks hold by; 0.95 unless told otherwise. */
  readonly level?: number;
}

/** The outcome of one check, with the measure that decided it, why, and what to do. */
export const decideCheck = (check: PolicyCheck, evaluation: Evaluation): Check => {
  if (isDriftMetric(check.metric))
    return decideDrift({ ...check, metric: check.metric }, evaluation);
  if (check.against !== undefined && !evaluation.hasChampion) return withoutChampion(check);
  if (check.group !== undefined && !occurs(check.group, check, evaluation))
    return withoutGroup(check, evaluation);

  const candidates = requestsOf(check, evaluation).map((request) =>
    measureProfile(evaluation.profile, request),
  );
  const decision = decide(check, candidates);
  return {
    ...outlineOf(check, decision.outcome, decision.measure),
    reason: reasonFor(check, decision, evaluation),
    advice: decision.outcome === 'pass' ? null : adviceFor(check, decision, evaluation),
  };
};

const decideDrift = (
  check: PolicyCheck & { metric: DriftMetricName },
  evaluation: Evaluation,
): Check => {
  const candidates = driftCandidates(check, driftEvaluationOf(evaluation));
  const decision = decide(check, candidates);
  return {
    ...outlineOf(check, decision.outcome, decision.measure),
    reason: driftReason(check, decision),
    advice: decision.outcome === 'pass' ? null : driftAdvice(check, decision),
  };
};

/** What drift is decided on, with what the policy leaves out. */
export const driftEvaluationOf = ({
  profile,
  drift = null,
  driftPolicy = driftSchema.parse({}),
  level,
}: Evaluation): DriftEvaluation => ({ profile, drift, driftPolicy, level: level ?? 0.95 });

/** The measures that a check asks for: one, or for a quality metric `by` a column one of each group. */
export const requestsOf = (
  check: PolicyCheck,
  { profile, level }: Pick<Evaluation, 'profile' | 'level'>,
): MeasureRequest[] => {
  const { metric, group = null } = check;
  const by = check.by === undefined ? null : groupingName(check.by);
  const asked = {
    metric,
    of: check.against === undefined ? ('version' as const) : ('difference' as const),
    by,
    minimumRows: check.min_rows,
    level: check.holds === 'interval' ? level : undefined,
  };
  if (by === null || group !== null || metricDefinition(metric).kind === 'fairness')
    return [{ ...asked, group }];
  return columnOf(profile, by).groups.map((each) => ({ ...asked, group: each.group }));
};

export interface Decision {
  readonly outcome: CheckOutcome;
  /** The one that decides: the worst, or one that has no value. */
  readonly measure: Measure;
  /** All that had to hold, and how many of them didn't. */
  readonly outOf: number;
  readonly missed: number;
}

/**
 * A check holds when each of its measures has a value, or if the check says so an interval, within the limits. The
 * worst decides: one that fails before one that warns; then one beyond the limits before one without a value, which
 * shows less, and an undefined one before an insufficient one.
 */
const decide = (check: PolicyCheck, candidates: readonly Measure[]): Decision => {
  const marginFor = (measure: Measure): number =>
    measure.value === null ? 0 : decidingMargin(measure.value, measure, check);
  // Of intervals that reach equally far, such as to 0, the value tells which is worse.
  const valueMargin = ({ value }: Measure): number =>
    value === null ? 0 : marginOf(value, allowedBy(check));
  const rank = (measure: Measure): number => {
    if (measure.state === 'undefined') return 1;
    if (measure.value === null) return 2;
    return marginFor(measure) >= 0 ? 3 : 0;
  };
  const outcomeOf = (measure: Measure): CheckOutcome => {
    if (rank(measure) === 3) return 'pass';
    // A check that only warns doesn't fail for want of a figure.
    if (check.severity === 'warn') return 'warn';
    if (measure.state === 'undefined') return check.when_undefined;
    return measure.state === 'insufficient' ? check.when_insufficient : 'fail';
  };
  const weight = (measure: Measure): number => ['fail', 'warn', 'pass'].indexOf(outcomeOf(measure));
  // Sorting is stable: of equals, the first group in the order of the profile.
  const [measure] = candidates.toSorted(
    (a, b) =>
      weight(a) - weight(b) ||
      rank(a) - rank(b) ||
      marginFor(a) - marginFor(b) ||
      valueMargin(a) - valueMargin(b),
  );
  if (!measure) throw new TypeError('A protected column has no groups.');
  const missed = candidates.filter((candidate) => rank(candidate) !== 3).length;
  return { outcome: outcomeOf(measure), measure, outOf: candidates.length, missed };
};

const outlineOf = (check: PolicyCheck, outcome: CheckOutcome, measure: Measure | null) => ({
  id: checkId(check),
  outcome,
  severity: check.severity,
  measure,
  limit: limitsOf(check),
});

/** Never a pass: nothing was compared. Nor a failure, or no model could ever have a first version. */
const withoutChampion = (check: PolicyCheck): Check => ({
  ...outlineOf(check, 'warn', null),
  reason: `There is no champion yet, so there is nothing to compare the ${metricWords[check.metric]} with.`,
  advice:
    'Nothing to do for a first version. Once a version is in production, the next one is compared with it.',
});

const occurs = (group: string, check: PolicyCheck, { profile }: Evaluation): boolean =>
  columnOf(profile, groupingName(check.by ?? '')).groups.some((each) => each.group === group);

const withoutGroup = (check: PolicyCheck, { profile }: Evaluation): Check => {
  const groups = columnOf(profile, groupingName(check.by ?? '')).groups.map(({ group }) =>
    nameShown(group),
  );
  const told = groups.slice(0, 10).join(', ');
  const more = groups.length > 10 ? ` and ${groups.length - 10} more` : '';
  return {
    ...outlineOf(check, check.severity, null),
    reason: `No row of the evaluation data has ${nameShown(check.group ?? '')} in ${nameShown(groupingName(check.by ?? ''))}, so its ${metricWords[check.metric]} cannot be measured.`,
    advice: `Correct the group in the policy, or add rows of it to the evaluation data. The data holds ${told}${more}.`,
  };
};
