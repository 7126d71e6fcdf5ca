import {
  isDriftMetric,
  type Check,
  type CheckTest,
  type DriftMetricName,
  type Policy,
  type PolicyCheck,
} from '@sluice/contracts';
import { adjustedP } from '@sluice/statistics';
import { decideCheck, type Evaluation } from './decide-check.js';
import { isShownBeyond, testOfAlarm, testOfLimit } from './test-of-limit.js';
import { adjustedShown, pShown } from './words.js';

/** How often a check that holds by its interval may pass wrongly: one side of a 95 % interval. */
export const wrongPasses = 0.025;
/** How often a check that fails only on what is shown may fail wrongly. */
const wrongFails = 0.05;

/**
 * All checks of a policy, with its correction over those that are decided by an interval: over those that pass only on proof,
 * and by itself over those that fail only on what is shown. What the first may do wrongly is pass, and the others, fail.
 *
 * A check that holds by its interval passes when the hypothesis that its limit is missed is rejected (see `testOfLimit`).
 * With one check, that is wrong in at most 2.5 % of cases; with many, the correction keeps the chance of any wrong pass
 * (Bonferroni, Holm), or the expected share of wrong passes among passes (Benjamini–Hochberg), as small as that. A check of
 * drift that fails only on what is shown fails when the hypothesis that its limit is met is rejected (see `testOfAlarm`),
 * and the correction keeps wrong fails at 5 % in the same way. All checks that the policy names count, whatever the data
 * has for them, so that their number isn't a matter of luck.
 *
 * Each check is decided by its interval at the level that the correction gives it, which is shown: 1 − 0.05 / (m − r) with r
 * checks rejected before it by Holm, and 1 − 0.05 · r / m for all with r rejections in all by Benjamini and Hochberg, those
 * of Benjamini and Yekutieli (2005) for selected parameters.
 */
export const decideChecks = (
  { checks, correction }: Pick<Policy, 'checks' | 'correction'>,
  evaluation: Evaluation,
): Check[] => {
  const proven = decideProven(
    checks.filter(({ holds }) => holds === 'interval'),
    correction,
    evaluation,
  );
  const shown = decideShown(checks.filter(isAlarm), correction, evaluation);
  return checks.map(
    (check) => proven.get(check) ?? shown.get(check) ?? decideCheck(check, evaluation),
  );
};

type Decided = ReadonlyMap<PolicyCheck, Check>;

const decideProven = (
  tested: readonly PolicyCheck[],
  correction: Policy['correction'],
  evaluation: Evaluation,
): Decided => {
  const tests = tested.map((check) => testOfLimit(check, evaluation, tested.length));
  // Decided by the interval rather than by p, so that what the reason says of it is always so.
  const levels = levelsOf(tests, correction, (place, level) => {
    const check = tested[place] as PolicyCheck;
    return decideCheck(check, { ...evaluation, level }).outcome === 'pass';
  });
  const told = toldOf(tests, correction, `up to ${wrongPasses} passes`);
  return new Map(
    tested.map((check, place) => {
      const level = levels[place] as number;
      const decided = decideCheck(check, { ...evaluation, level });
      return [check, decided.measure?.value == null ? decided : told(decided, place)];
    }),
  );
};

type Alarm = PolicyCheck & { readonly metric: DriftMetricName };

const isAlarm = (check: PolicyCheck): check is Alarm =>
  check.holds === 'unless_shown' && isDriftMetric(check.metric);

/** One alone is decided at 95 %; p values are looked for only where a check may fail. */
const decideShown = (
  tested: readonly Alarm[],
  correction: Policy['correction'],
  evaluation: Evaluation,
): Decided => {
  if (tested.length < 2 || correction === 'none') return new Map();
  const beyond = tested.map((check) => isShownBeyond(check, evaluation, 1 - wrongFails));
  const isSome = beyond.includes(true);
  const tests = tested.map((check) => (isSome ? testOfAlarm(check, evaluation) : within));
  const levels = levelsOf(tests, correction, (place, level) =>
    isShownBeyond(tested[place] as Alarm, evaluation, level),
  );
  const told = toldOf(tests, correction, `up to ${wrongFails} fails`);
  return new Map(
    tested.map((check, place) => {
      const level = levels[place] as number;
      const decided = decideCheck(check, { ...evaluation, level });
      return [check, beyond[place] === true ? told(decided, place) : decided];
    }),
  );
};

const within = { hypothesis: 'limit_met', p: 1, method: 'none' } as const;

/** Adds its test to a check, and to the reason the p value by which it was decided. */
const toldOf = (
  tests: readonly CheckTest[],
  correction: Policy['correction'],
  bound: string,
): ((decided: Check, place: number) => Check) => {
  const adjusted = adjustedP(
    tests.map(({ p }) => p),
    correction,
  );
  const corrected = correction !== 'none' && tests.length > 1;
  return (decided, place) => {
    const test = tests[place] as CheckTest;
    const after = adjusted[place] as number;
    const told = `${pShown(test.p)}${
      corrected
        ? `, ${adjustedShown(after)} after the correction of ${corrections[correction]} over ${tests.length} checks; ${bound}`
        : ''
    }`;
    return {
      ...decided,
      test: { ...test, ...(corrected && { adjusted: after }) },
      reason: decided.reason.replace(/\.$/, ` (${told}).`),
    };
  };
};

const corrections = {
  none: '',
  bonferroni: 'Bonferroni',
  holm: 'Holm',
  'benjamini-hochberg': 'Benjamini and Hochberg',
} as const;

/**
 * The level of the interval that each check is decided on.
 *
 * @param rejects whether the interval of a level rejects what the test of a check doubts
 */
const levelsOf = (
  tests: readonly CheckTest[],
  correction: Policy['correction'],
  rejects: (place: number, level: number) => boolean,
): number[] => {
  const m = tests.length;
  const levelAt = (share: number): number => 1 - 2 * wrongPasses * share;
  const same = (share: number): number[] => tests.map(() => levelAt(share));
  const pOf = (place: number): number => (tests[place] as CheckTest).p;
  const isRejected = (place: number, share: number): boolean =>
    pOf(place) < 1 && rejects(place, levelAt(share));
  const ascending = tests.map((_, place) => place).sort((a, b) => pOf(a) - pOf(b));
  switch (correction) {
    case 'none':
      return same(1);
    case 'bonferroni':
      return same(1 / m);
    case 'holm': {
      const stopped = ascending.findIndex((place, rank) => !isRejected(place, 1 / (m - rank)));
      const rejected = stopped === -1 ? m : stopped;
      const levels = same(1 / Math.max(1, m - rejected));
      ascending.slice(0, rejected).forEach((place, rank) => {
        levels[place] = levelAt(1 / (m - rank));
      });
      return levels;
    }
    case 'benjamini-hochberg': {
      const last = ascending.findLastIndex((place, rank) => isRejected(place, (rank + 1) / m));
      return same(Math.max(1, last + 1) / m);
    }
  }
};
