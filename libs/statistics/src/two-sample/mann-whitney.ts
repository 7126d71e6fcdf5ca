import { normalCdf } from '../normal.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import { areRows, sampleSizes, type SampleSizes, type TwoSamples } from './two-samples.js';

/** Up to this size of the smaller sample, and without ties, the p-value is exact, as in scipy. */
const largestExact = 8;
/** n · m up to which the exact distribution of U is worth its memory; scipy knows no such limit. */
const mostPairs = 2_000_000;

/**
 * The two-sided Mann–Whitney U test.
 *
 * Statistic: U = #{ref > cur} + ½ #{ref = cur} over all pairs, in [0, nm]; nm/2 when neither sample tends to be larger.
 * U / nm is the AUC of telling the samples apart. Infinities are ordered values.
 *
 * Exact (`mann-whitney-exact`) when no value occurs twice and the smaller sample has at most 8 rows; otherwise normal,
 * with the correction for ties and for continuity (`mann-whitney-asymptotic`), as in scipy. Two-sided, unlike
 * Evidently's, which asks whether the reference is smaller and misses the other half of shifts.
 *
 * When all values are equal, p = 1. Undefined when a sample has no rows.
 *
 * Source: H. B. Mann and D. R. Whitney, On a test of whether one of two random variables is stochastically larger than
 * the other, Annals of Mathematical Statistics 18 (1947).
 */
export const mannWhitney = (samples: TwoSamples): TwoSampleTest => {
  const n = sampleSizes(samples);
  const few = tooFew(n);
  if (few) return undefinedTest('mann-whitney', n, few);
  const { wins, tieCubes } = ranked(samples);
  const pairs = n.reference * n.current;
  const farther = Math.max(wins, pairs - wins);
  const smaller = Math.min(n.reference, n.current);
  if (tieCubes === 0 && smaller <= largestExact && pairs <= mostPairs && areRows(samples)) {
    const pValue = Math.min(1, 2 * exactLowerTail(smaller, pairs / smaller, pairs - farther));
    return { statistic: wins, pValue, n, method: 'mann-whitney-exact' };
  }
  return asymptotic(n, wins, farther, tieCubes);
};

const asymptotic = (
  n: SampleSizes,
  wins: number,
  farther: number,
  tieCubes: number,
): TwoSampleTest => {
  const method = 'mann-whitney-asymptotic';
  const all = n.reference + n.current;
  const pairs = n.reference * n.current;
  const variance = (pairs / 12) * (all + 1 - tieCubes / (all * (all - 1)));
  // All values are equal: there is no other order, and none more extreme.
  if (!(variance > 0)) return { statistic: wins, pValue: 1, n, method };
  const z = (farther - pairs / 2 - 0.5) / Math.sqrt(variance);
  return { statistic: wins, pValue: Math.min(1, 2 * normalCdf(-z)), n, method };
};

/** U of the reference sample, and Σ(t³ − t) over the groups of t equal values. */
const ranked = ({ values, reference, current }: TwoSamples): { wins: number; tieCubes: number } => {
  let wins = 0;
  let tieCubes = 0;
  let below = 0;
  for (let index = 0; index < values.length; index += 1) {
    const here = current[index] as number;
    wins += (reference[index] as number) * (below + here / 2);
    below += here;
    const tied = here + (reference[index] as number);
    // With t·(t² − 1) all equal values give a variance of exactly 0.
    tieCubes += tied * (tied * tied - 1);
  }
  return { wins, tieCubes };
};

/**
 * P(U ≤ u) for samples of k and m distinct values: the coefficients of the Gaussian binomial, the product over
 * i = 1…k of (1 − q^(m + i)) / (1 − qⁱ), as shares.
 */
const exactLowerTail = (k: number, m: number, u: number): number => {
  const last = Math.floor(u);
  const shares = new Float64Array(last + 1);
  shares[0] = 1;
  for (let i = 1; i <= k; i += 1) {
    for (let power = last; power >= m + i; power -= 1)
      shares[power] = (shares[power] as number) - (shares[power - m - i] as number);
    for (let power = i; power <= last; power += 1)
      shares[power] = (shares[power] as number) + (shares[power - i] as number);
    for (let power = 0; power <= last; power += 1)
      shares[power] = ((shares[power] as number) * i) / (m + i);
  }
  return shares.reduce((sum, share) => sum + share, 0);
};
