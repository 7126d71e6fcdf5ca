import {
  isDriftMetric,
  type CheckTest,
  type DriftMetricName,
  type Measure,
  type PolicyCheck,
} from '@sluice/contracts';
import type { MeasureRequest } from '../measure.js';
import { measureProfile } from '../measure-profile.js';
import { driftQuestion, isMeasurable, requestsOf, type Evaluation } from './decide-check.js';
import { decidingMargin } from './limits.js';

/**
 * The one-sided p value of the hypothesis that a check's limit is missed: of a check that holds by its interval, half of
 * 1 − the highest level at which the whole interval still meets the limit. At that level, the interval's worse end
 * stands on the limit: p is the chance of a figure so good if the truth stood there. A check passes at 95 % just when
 * p ≤ 0.025. So p says what the interval says, whatever the metric's method is; it is found by halving.
 *
 * Of several groups, the check holds when all do: p is the largest. 1 when a figure itself misses the limit, has no
 * value, or there is nothing to measure: nothing is shown then. Of resampled intervals, whose far limits take many draws,
 * p isn't looked for below 0.001, or below what decides among so many checks.
 *
 * @param among how many checks are corrected for
 *
 * Sources: E. L. Lehmann and J. P. Romano, Testing Statistical Hypotheses (2005), section 3.5, for tests by inverted
 * intervals; R. L. Berger, Multiparameter hypothesis testing and acceptance sampling, Technometrics 24 (1982), for the
 * largest p of several.
 */
export const testOfLimit = (check: PolicyCheck, evaluation: Evaluation, among = 1): CheckTest => {
  const questions = isDriftMetric(check.metric)
    ? driftQuestions({ ...check, metric: check.metric }, evaluation)
    : questionsOf(check, evaluation);
  const tests = questions.map(({ asked, measureAt }): CheckTest => {
    const measure = measureAt(0.025);
    if (measure.value === null || measure.interval === null) return nothing;
    const { method } = measure.interval;
    const holdsAt = (p: number): boolean => {
      const { value, interval } = measureAt(p);
      return value !== null && decidingMargin(value, { interval }, asked) >= 0;
    };
    const precision = method.startsWith('multinomial') ? resampledPrecision(among) : exactPrecision;
    return { hypothesis: 'limit_missed', p: smallest(holdsAt, precision), method };
  });
  return tests.reduce((worst, test) => (test.p > worst.p ? test : worst), tests[0] ?? nothing);
};

/**
 * Whether a check that fails only on what is shown fails at a level: whether an interval of it lies beyond the limit, of
 * several columns at the level that all of their intervals hold at together.
 */
export const isShownBeyond = (
  check: PolicyCheck & { metric: DriftMetricName },
  evaluation: Evaluation,
  level: number,
): boolean => {
  const { check: asked, candidates } = driftQuestion(check, { ...evaluation, level });
  return candidates.some(
    (measure) => measure.value !== null && decidingMargin(measure.value, measure, asked) < 0,
  );
};

/**
 * The p value of the hypothesis that the limit of such a check is met: 1 − the highest level at which the interval still
 * lies beyond it. That is the chance of a figure so far beyond if the truth stood on the limit, or less. 1 when the figure
 * itself is within its limit, or has no value.
 */
export const testOfAlarm = (
  check: PolicyCheck & { metric: DriftMetricName },
  evaluation: Evaluation,
): CheckTest => {
  const p = smallest((half) => isShownBeyond(check, evaluation, 1 - 2 * half), exactPrecision);
  const { candidates } = driftQuestion(check, evaluation);
  const method = candidates.find(({ interval }) => interval !== null)?.interval?.method ?? 'none';
  return { hypothesis: 'limit_met', p: Math.min(1, 2 * p), method };
};

const nothing = { hypothesis: 'limit_missed', p: 1, method: 'none' } as const;

/** A measure that has to meet a limit, with an interval that leaves out p on either side. */
interface Question {
  /** The check, with limits that are numbers. */
  readonly asked: PolicyCheck;
  readonly measureAt: (p: number) => Measure;
}

const questionsOf = (check: PolicyCheck, evaluation: Evaluation): Question[] => {
  if (!isMeasurable(check, evaluation)) return [];
  return requestsOf(check, evaluation).map((request) => ({
    asked: check,
    measureAt: (p) =>
      measureProfile(evaluation.profile, { ...request, level: 1 - 2 * p } as MeasureRequest),
  }));
};

/** Columns come in the same order at every level. */
const driftQuestions = (
  check: PolicyCheck & { metric: DriftMetricName },
  evaluation: Evaluation,
): Question[] => {
  const at = (p: number) => driftQuestion(check, { ...evaluation, level: 1 - 2 * p });
  const known = new Map<number, readonly Measure[]>();
  const candidatesAt = (p: number): readonly Measure[] => {
    const found = known.get(p) ?? at(p).candidates;
    known.set(p, found);
    return found;
  };
  const { check: asked, candidates } = at(0.025);
  return candidates.map((_, column) => ({
    asked,
    measureAt: (p) => candidatesAt(p)[column] as Measure,
  }));
};

interface Precision {
  /** The smallest p that is looked for. */
  readonly least: number;
  /** Of the quotient of the last two p. */
  readonly within: number;
}

const exactPrecision: Precision = { least: 1e-9, within: 1e-6 };
const resampledPrecision = (among: number): Precision => ({
  least: Math.min(0.001, 0.025 / among),
  within: 1e-3,
});

/** The smallest p at which it holds, which it does at all larger ones; 1 when it doesn't below ½. */
const smallest = (holdsAt: (p: number) => boolean, { least, within }: Precision): number => {
  if (holdsAt(least)) return least;
  let [fails, holds] = [least, 0.4999];
  if (!holdsAt(holds)) return 1;
  while (holds / fails > 1 + within) {
    const middle = Math.sqrt(fails * holds);
    if (holdsAt(middle)) holds = middle;
    else fails = middle;
  }
  return Math.round(holds * 1e9) / 1e9;
};
