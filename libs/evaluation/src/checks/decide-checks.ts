import { type Check, type Policy, type PolicyCheck } from '@sluice/contracts';
import { adjustedP } from '@sluice/statistics';
import { decideCheck, type Evaluation } from './decide-check.js';
import { testOfLimit } from './test-of-limit.js';
import { pShown } from './words.js';

/** How often a check that holds by its interval may pass wrongly: one side of a 95 % interval. */
export const wrongPasses = 0.025;

/**
 * All checks of a policy, with its correction over those that hold by their interval.
 *
 * Such a check passes only on proof: when the hypothesis that its limit is missed is rejected (see `testOfLimit`). With
 * one check, that is wrong in at most 2.5 % of cases; with many, the correction keeps the chance of any wrong pass
 * (Bonferroni, Holm), or the expected share of wrong passes among passes (Benjamini–Hochberg), as small as that. All
 * checks that the policy names count, whatever the data has for them, so that their number isn't a matter of luck.
 *
 * Each check is decided by its interval at the level that the correction gives it, which is shown: 1 − 2 · 0.025 / (m − r)
 * with r checks passed before it by Holm, and 1 − 2 · 0.025 · r / m for all with r passes in all by Benjamini and Hochberg,
 * those of Benjamini and Yekutieli (2005) for selected parameters.
 *
 * Checks of drift that hold by their interval count like others. Those that fail only on what is shown stand beside this:
 * what they may do wrongly is fail, and each keeps the chance of that over its own columns.
 */
export const decideChecks = (
  { checks, correction }: Pick<Policy, 'checks' | 'correction'>,
  evaluation: Evaluation,
): Check[] => {
  const tested = checks.filter(({ holds }) => holds === 'interval');
  const tests = tested.map((check) => testOfLimit(check, evaluation, tested.length));
  const ps = tests.map(({ p }) => p);
  const adjusted = adjustedP(ps, correction);
  const levels = levelsOf(tested, ps, correction, evaluation);
  return checks.map((check) => {
    const place = tested.indexOf(check);
    const test = tests[place];
    if (test === undefined) return decideCheck(check, evaluation);
    const decided = decideCheck(check, { ...evaluation, level: levels[place] as number });
    if (decided.measure?.value == null) return decided;
    const corrected = correction !== 'none' && tested.length > 1;
    const own = { ...test, ...(corrected && { adjusted: adjusted[place] as number }) };
    const told = `p = ${pShown(own.p)}${
      corrected
        ? `, ${pShown(adjusted[place] as number)} after the correction of ${corrections[correction]} over ${tested.length} checks; up to ${wrongPasses} passes`
        : ''
    }`;
    return { ...decided, test: own, reason: decided.reason.replace(/\.$/, ` (${told}).`) };
  });
};

const corrections = {
  none: '',
  bonferroni: 'Bonferroni',
  holm: 'Holm',
  'benjamini-hochberg': 'Benjamini and Hochberg',
} as const;

/** The level of the interval that each check is decided on. */
const levelsOf = (
  checks: readonly PolicyCheck[],
  ps: readonly number[],
  correction: Policy['correction'],
  evaluation: Evaluation,
): number[] => {
  const m = checks.length;
  const levelAt = (share: number): number => 1 - 2 * wrongPasses * share;
  const same = (share: number): number[] => checks.map(() => levelAt(share));
  // Decided by the interval rather than by p, so that what the reason says of it is always so.
  const passes = (place: number, share: number): boolean =>
    (ps[place] as number) < 1 &&
    decideCheck(checks[place] as PolicyCheck, { ...evaluation, level: levelAt(share) }).outcome ===
      'pass';
  const ascending = ps
    .map((_, place) => place)
    .sort((a, b) => (ps[a] as number) - (ps[b] as number));
  switch (correction) {
    case 'none':
      return same(1);
    case 'bonferroni':
      return same(1 / m);
    case 'holm': {
      const stopped = ascending.findIndex((place, rank) => !passes(place, 1 / (m - rank)));
      const passed = stopped === -1 ? m : stopped;
      const levels = same(1 / Math.max(1, m - passed));
      ascending.slice(0, passed).forEach((place, rank) => {
        levels[place] = levelAt(1 / (m - rank));
      });
      return levels;
    }
    case 'benjamini-hochberg': {
      const last = ascending.findLastIndex((place, rank) => passes(place, (rank + 1) / m));
      return same(Math.max(1, last + 1) / m);
    }
  }
};
