import { binomialDensity } from '../special/binomial-density.js';
import type { Proportion } from '../wilson.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';

/**
 * Fisher's exact test of equal proportions, two-sided: the probability, with the margins of the 2 × 2 table fixed, of
 * the tables that are at most as likely as this one.
 *
 * Statistic: the sample odds ratio of the reference to the current sample; ∞ when a divisor alone is 0, null when it is
 * 0/0 (a column without rows), where the only table has p = 1. The samples may be of any sizes. Symmetric: swapping the
 * samples inverts the odds ratio. Time O(√n) or so, as both tails are summed only while they matter.
 *
 * Undefined when a sample has no rows.
 *
 * @throws RangeError unless the counts are whole numbers with successes up to the trials
 *
 * Source: R. A. Fisher, Statistical methods for research workers (1934); two-sided as in R and scipy.
 */
export const fisherExact = (reference: Proportion, current: Proportion): TwoSampleTest => {
  const method = 'fisher-exact';
  const n = { reference: reference.trials, current: current.trials };
  for (const { successes, trials } of [reference, current])
    if (!(
      Number.isInteger(successes) &&
      Number.isInteger(trials) &&
      0 <= successes &&
      successes <= trials
    ))
      throw new RangeError(
        `Fisher's test counts rows; ${successes} of ${trials} is no such count.`,
      );
  const few = tooFew(n);
  if (few) return undefinedTest(method, n, few);
  const a = reference.successes;
  const b = reference.trials - a;
  const c = current.successes;
  const d = current.trials - c;
  const ratio = (a * d) / (b * c);
  return {
    statistic: Number.isNaN(ratio) ? null : ratio,
    pValue: twoSidedTail(a, a + b, a + c, a + b + c + d),
    n,
    method,
  };
};

/** Tables that rounding makes a little likelier than the observed one count as equally likely; scipy's tolerance. */
const tolerance = 1 + 1e-14 + 1e-13;

/** Over the hypergeometric count of successes among `drawn` rows of `all`, `marked` of them successes. */
const twoSidedTail = (a: number, drawn: number, marked: number, all: number): number => {
  const lowest = Math.max(0, drawn + marked - all);
  const highest = Math.min(drawn, marked);
  if (lowest === highest) return 1;
  const density = (x: number): number =>
    (binomialDensity(x, marked, drawn / all, (all - drawn) / all) *
      binomialDensity(drawn - x, all - marked, drawn / all, (all - drawn) / all)) /
    binomialDensity(drawn, all, drawn / all, (all - drawn) / all);
  const limit = density(a) * tolerance;
  const mode = Math.floor(((drawn + 1) * (marked + 1)) / (all + 2));
  if (density(mode) <= limit) return 1;
  const tail = (end: number): number => {
    const nearest = lastAtMost(density, limit, mode, end);
    return nearest === null ? 0 : sumOutwards(density, nearest, end);
  };
  return Math.min(1, tail(lowest) + tail(highest));
};

const sumOutwards = (density: (x: number) => number, from: number, to: number): number => {
  const step = Math.sign(to - from) || 1;
  let sum = 0;
  for (let x = from; x !== to + step; x += step) {
    const term = density(x);
    sum += term;
    if (term < 1e-18 * sum) break;
  }
  return sum;
};

/** The count nearest to the mode, on its way to `end`, whose density is at most `limit`; null when none is. */
const lastAtMost = (
  density: (x: number) => number,
  limit: number,
  mode: number,
  end: number,
): number | null => {
  if (density(end) > limit) return null;
  let [near, far] = [mode, end];
  while (Math.abs(far - near) > 1) {
    const middle = Math.trunc((near + far) / 2);
    if (density(middle) <= limit) far = middle;
    else near = middle;
  }
  return far;
};
