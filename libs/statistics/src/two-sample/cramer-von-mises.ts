import { cramerVonMisesCdf } from '../special/cramer-von-mises-cdf.js';
import { cramerVonMisesExactTail } from '../special/cramer-von-mises-exact.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import { areRows, sampleSizes, type TwoSamples } from './two-samples.js';

/** The largest sample for which the exact p-value is computed, as in scipy. */
const largestExact = 20;

/**
 * The two-sample Cramér–von Mises test.
 *
 * Statistic: T = U / (nm(n + m)) − (4nm − 1) / (6(n + m)), with U = n Σ(rᵢ − i)² + m Σ(sⱼ − j)² over the midranks of
 * the sorted samples; without ties it is nm/(n + m)² times the sum of (F_ref − F_cur)² over all rows. Infinities are
 * ordered values.
 *
 * The p-value is exact while both samples have at most 20 rows (`cramer-von-mises-exact`), else that of the limiting
 * distribution at T standardised (`cramer-von-mises-asymptotic`), whose absolute error is about 1e-14: smaller p-values
 * are 0. Symmetric in the samples, and unchanged by any increasing transformation. As in scipy.
 *
 * Undefined when a sample has fewer than 2 rows.
 *
 * Source: T. W. Anderson, On the distribution of the two-sample Cramér–von Mises criterion, Annals of Mathematical
 * Statistics 33 (1962).
 */
export const cramerVonMises = (samples: TwoSamples): TwoSampleTest => {
  const n = sampleSizes(samples);
  const few = tooFew(n, 2);
  if (few) return undefinedTest('cramer-von-mises', n, few);
  const { reference: rows, current: others } = n;
  const all = rows + others;
  const pairs = rows * others;
  const u = rankDistances(samples, rows, others);
  const statistic = u / (pairs * all) - (4 * pairs - 1) / (6 * all);
  if (Math.max(rows, others) <= largestExact && areRows(samples))
    return {
      statistic,
      pValue: cramerVonMisesExactTail(u, rows, others),
      n,
      method: 'cramer-von-mises-exact',
    };
  const mean = (1 + 1 / all) / 6;
  const variance =
    ((all + 1) * (4 * pairs * all - 3 * (rows * rows + others * others) - 2 * pairs)) /
    (45 * all * all * 4 * pairs);
  const standardised = 1 / 6 + (statistic - mean) / Math.sqrt(45 * variance);
  return {
    statistic,
    pValue: Math.min(1, Math.max(0, 1 - cramerVonMisesCdf(standardised))),
    n,
    method: 'cramer-von-mises-asymptotic',
  };
};

/** n Σ(rᵢ − i)² + m Σ(sⱼ − j)², tied rows in closed form. */
const rankDistances = (
  { values, reference, current }: TwoSamples,
  n: number,
  m: number,
): number => {
  let belowReference = 0;
  let belowCurrent = 0;
  let first = 0;
  let second = 0;
  for (let index = 0; index < values.length; index += 1) {
    const a = reference[index] as number;
    const b = current[index] as number;
    const rank = belowReference + belowCurrent + (a + b + 1) / 2;
    first += squaresAround(rank - belowReference, a);
    second += squaresAround(rank - belowCurrent, b);
    belowReference += a;
    belowCurrent += b;
  }
  return n * first + m * second;
};

/** Σ (r − i)² over i = 1…count. */
const squaresAround = (r: number, count: number): number => {
  const toMiddle = r - (count + 1) / 2;
  return count * toMiddle * toMiddle + (count * (count * count - 1)) / 12;
};
