import {
  checkId,
  definitionOf,
  isDriftMetric,
  groupingName,
  driftSchema,
  metricDefinition,
  type Check,
  type CheckOutcome,
  type DriftMetricName,
  type Measure,
  type PolicyCheck,
  type ValuePolicy,
} from '@sluice/contracts';
import type { MeasureRequest } from '../measure.js';
import { driftCandidates, type DriftEvaluation } from '../drift/drift-candidates.js';
import { driftAdvice, driftReason } from '../drift/drift-words.js';
import { withChunkLimits, type LimitedCheck } from '../drift/chunk-limits.js';
import { majorityOf } from '../fairness/across.js';
import { columnOf, isPerGroup, measureProfile, strataOf } from '../measure-profile.js';
import type { Grouping, Profile, Slice } from '../profile.js';
import { adviceFor } from './advice.js';
import { allowedBy, decidingMargin, limitsOf, marginOf } from './limits.js';
import { reasonFor } from './reason.js';
import { testOfNoDifference } from './test-of-no-difference.js';
import { nameShown } from '../measure.js';
import { metricWords } from './words.js';

/** What a check is decided on. */
export interface Evaluation extends Partial<Omit<DriftEvaluation, 'profile'>> {
  readonly profile: Profile;
  /** Whether there is a champion, on whose predictions the profile holds figures too. */
  readonly hasChampion: boolean;
  /** The level of the intervals that checks hold by; 0.95 unless told otherwise. */
  readonly level?: number;
  /** What outcomes are worth, of the policy. */
  readonly worths?: ValuePolicy | undefined;
}

/** The outcome of one check, with the measure that decided it, why, and what to do. */
export const decideCheck = (check: PolicyCheck, evaluation: Evaluation): Check => {
  if (isDriftMetric(check.metric))
    return decideDrift({ ...check, metric: check.metric }, evaluation);
  if (lacksChampion(check, evaluation)) return withoutChampion(check);
  if (lacksGroup(check, evaluation)) return withoutGroup(check, evaluation);

  const candidates = requestsOf(check, evaluation).map((request) =>
    measureProfile(evaluation.profile, request),
  );
  if (candidates.length === 0) return withoutStrata(check);
  const decision = decide(check, candidates);
  return {
    ...outlineOf(check, decision.outcome, decision.measure),
    ...withTest(check, decision, evaluation),
    reason: reasonFor(check, decision, evaluation),
    advice: decision.outcome === 'pass' ? null : adviceFor(check, decision, evaluation),
  };
};

const decideDrift = (
  check: PolicyCheck & { metric: DriftMetricName },
  evaluation: Evaluation,
): Check => {
  const { check: limited, candidates, chunks } = driftQuestion(check, evaluation);
  const decision = decide(limited, candidates);
  const outline = outlineOf(limited, decision.outcome, decision.measure);
  return {
    ...outline,
    id: checkId(check),
    ...(chunks === undefined ? {} : { limit: { ...outline.limit, reference_chunks: chunks } }),
    reason: driftReason(limited, decision, chunks),
    advice: decision.outcome === 'pass' ? null : driftAdvice(limited, decision),
  };
};

/** What a check of drift asks: the check with limits that are numbers, and the measures that have to hold them. */
export const driftQuestion = (
  check: PolicyCheck & { metric: DriftMetricName },
  evaluation: Evaluation,
): Pick<LimitedCheck, 'check' | 'chunks'> & { candidates: Measure[] } => {
  const { hindrance, ...limited } = withChunkLimits(check, evaluation.drift ?? null);
  const candidates = driftCandidates(check, driftEvaluationOf(evaluation));
  return {
    ...limited,
    candidates:
      hindrance === null
        ? candidates
        : candidates.map((measure) =>
            measure.value === null ? measure : withoutLimit(measure, hindrance),
          ),
  };
};

/** Nothing that is known of a figure tells whether it holds a limit that isn't known. */
const withoutLimit = (measure: Measure, reason: string): Measure => ({
  ...measure,
  value: null,
  interval: null,
  state: 'insufficient',
  reason,
});

/** What drift is decided on, with what the policy leaves out. */
export const driftEvaluationOf = ({
  profile,
  drift = null,
  driftPolicy = driftSchema.parse({}),
  level,
}: Evaluation): DriftEvaluation => ({ profile, drift, driftPolicy, level: level ?? 0.95 });

/** Whether there are figures that a check can be decided on; whether they have values is another question. */
export const isMeasurable = (check: PolicyCheck, evaluation: Evaluation): boolean =>
  !lacksChampion(check, evaluation) &&
  !lacksGroup(check, evaluation) &&
  requestsOf(check, evaluation).length > 0;

const lacksChampion = ({ against }: PolicyCheck, { hasChampion }: Evaluation): boolean =>
  against !== undefined && !hasChampion;

const lacksGroup = (check: PolicyCheck, evaluation: Evaluation): boolean =>
  check.group !== undefined && !occurs(check.group, check, evaluation);

/** The test of a comparison with the champion; what tests the limit itself is found over all checks together. */
const withTest = (
  check: PolicyCheck,
  { measure }: Decision,
  { profile }: Evaluation,
): Pick<Check, 'test'> => {
  if (check.against === undefined || check.holds === 'interval' || measure.value === null)
    return {};
  const test = testOfNoDifference(measure, profile);
  return test === null || typeof test === 'string' ? {} : { test };
};

/**
 * The measures that a check asks for: one, one of each group where it is about groups one by one, and those in every
 * stratum where it is within a control column.
 */
export const requestsOf = (
  check: PolicyCheck,
  { profile, level, worths }: Pick<Evaluation, 'profile' | 'level' | 'worths'>,
): MeasureRequest[] => {
  const { metric, across, parameter, within } = check;
  const by = check.by === undefined ? null : groupingName(check.by);
  const asked = {
    metric,
    parameter,
    worths,
    of: check.against === undefined ? ('version' as const) : ('difference' as const),
    by,
    across,
    class: check.class,
    minimumRows: check.min_rows,
    level: check.holds === 'interval' ? level : undefined,
  };
  if (by === null) return [{ ...asked, group: null }];
  if (within !== undefined && metricDefinition(metric).needsControl)
    return [{ ...asked, group: null, within: { column: within, value: null } }];
  return groupingsFor(check, profile).flatMap((column) =>
    groupsFor(check, column).map((group) => ({
      ...asked,
      group,
      ...(column.within === null ? {} : { within: column.within }),
    })),
  );
};

/** The column that a check names, or the same within each stratum. */
const groupingsFor = ({ by = '', within }: PolicyCheck, profile: Profile): Grouping<Slice>[] => {
  const name = groupingName(by);
  return within === undefined
    ? [columnOf<Slice>(profile, name)]
    : strataOf<Slice>(profile, name, within);
};

const groupsFor = (check: PolicyCheck, column: Grouping<Slice>): (string | null)[] => {
  const names = column.groups.map(({ group }) => group);
  if (check.group !== undefined) return names.filter((group) => group === check.group);
  if (!isPerGroup(check)) return [null];
  const { needsPrivileged } = definitionOf(check);
  const reference =
    needsPrivileged === true
      ? column.privileged
      : check.across === undefined
        ? null
        : majorityOf(column);
  const others = names.filter((group) => group !== reference);
  // With nothing beside the reference, its own measure says so.
  return others.length > 0 ? others : names;
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

/** Never a pass either: the control column is empty. */
const withoutStrata = (check: PolicyCheck): Check => ({
  ...outlineOf(check, check.severity, null),
  reason: `No row of the evaluation data has a value in ${nameShown(check.within ?? '')}, so there is nothing to measure the ${metricWords[check.metric]} within.`,
  advice: 'Evaluate on data that fills the control column, or name another one in the policy.',
});

const occurs = (group: string, check: PolicyCheck, { profile }: Evaluation): boolean =>
  groupingsFor(check, profile).some(({ groups }) => groups.some((each) => each.group === group));

const withoutGroup = (check: PolicyCheck, { profile }: Evaluation): Check => {
  const found = groupingsFor(check, profile).flatMap((column) => column.groups);
  const groups = [...new Set(found.map(({ group }) => nameShown(group)))];
  const told = groups.slice(0, 10).join(', ');
  const more = groups.length > 10 ? ` and ${groups.length - 10} more` : '';
  return {
    ...outlineOf(check, check.severity, null),
    reason: `No row of the evaluation data has ${nameShown(check.group ?? '')} in ${nameShown(groupingName(check.by ?? ''))}, so its ${metricWords[check.metric]} cannot be measured.`,
    advice: `Correct the group in the policy, or add rows of it to the evaluation data. The data holds ${told}${more}.`,
  };
};
