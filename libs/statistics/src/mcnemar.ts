import type { PairedCounts } from './newcombe-paired.js';
import { normalCdf } from './normal.js';

export interface McNemar {
  /** The two-sided p value of equal chances of success. */
  readonly p: number;
  /** The pairs that disagree, which alone tell. */
  readonly n: number;
  readonly method: 'mcnemar-mid-p' | 'mcnemar';
}

/**
 * McNemar's test of two outcomes on the same subjects.
 *
 * Hypothesis: π₁ = π₂. Then, of the n pairs that disagree, those that only the first succeeds on are Binomial(n, ½). The
 * mid-p value counts the chance of just what was seen by half: with b the smaller number, p = 2 P(X < b) + P(X = b). The
 * exact test is far too rarely significant, this one is close to its level and hardly ever above it. Beyond 10,000
 * pairs that disagree it is the normal one of z = (b − c) / √(b + c), which is the same to three digits there. Without
 * any such pair p is 1.
 *
 * @throws RangeError unless the numbers of pairs that disagree are non-negative integers
 *
 * Source: M. W. Fagerland, S. Lydersen and P. Laake, The McNemar test for binary matched-pairs data: mid-p and
 * asymptotic are better than exact conditional, BMC Medical Research Methodology 13:91 (2013).
 */
export const mcnemar = ({
  firstOnly,
  secondOnly,
}: Pick<PairedCounts, 'firstOnly' | 'secondOnly'>): McNemar => {
  for (const count of [firstOnly, secondOnly])
    if (!(Number.isInteger(count) && count >= 0))
      throw new RangeError(`${count} isn't a number of pairs.`);
  const n = firstOnly + secondOnly;
  if (n > mostExact) {
    const z = Math.abs(firstOnly - secondOnly) / Math.sqrt(n);
    return { p: 2 * normalCdf(-z), n, method: 'mcnemar' };
  }
  return { p: n === 0 ? 1 : midP(Math.min(firstOnly, secondOnly), n), n, method: 'mcnemar-mid-p' };
};

const mostExact = 10_000;

const midP = (fewer: number, n: number): number => {
  if (2 * fewer === n) return 1;
  // ln C(n, fewer) − n ln 2, then downwards term by term: each is the last times k / (n − k + 1).
  let logChance = -n * Math.LN2;
  for (let k = 1; k <= fewer; k += 1) logChance += Math.log((n - k + 1) / k);
  const seen = Math.exp(logChance);
  let [below, term] = [0, seen];
  for (let k = fewer; k > 0; k -= 1) {
    term *= k / (n - k + 1);
    below += term;
  }
  return Math.min(1, 2 * below + seen);
};
