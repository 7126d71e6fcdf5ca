import { smirnovExactTail } from '../special/smirnov-exact.js';
import { kolmogorovTail } from '../special/kolmogorov.js';
import { kolmogorovDistance } from './kolmogorov-distance.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import { areRows, sampleSizes, type TwoSamples } from './two-samples.js';

/** The largest sample for which the exact p-value is computed, as in scipy. */
const largestExact = 10_000;

/**
 * The two-sided two-sample Kolmogorov–Smirnov test.
 *
 * Statistic: D = sup |F_ref − F_cur|, the largest difference between the samples in the share of rows at or below a
 * value. 0: the same shares throughout; 1: all values of one sample lie below all of the other. Infinities are ordered
 * values.
 *
 * The p-value is exact while both samples have at most 10,000 rows (`kolmogorov-smirnov-exact`), in time
 * O(n · m · D); beyond, it is that of the one-sample statistic at the effective size round(nm / (n + m))
 * (`kolmogorov-smirnov-asymptotic`). With ties both are conservative. Symmetric in the samples, and unchanged by any
 * increasing transformation of the values. The same as scipy's `ks_2samp(method="auto")`.
 *
 * Undefined when a sample has no rows.
 *
 * Source: J. L. Hodges, The significance probability of the Smirnov two-sample test, Arkiv för Matematik 3 (1958).
 */
export const kolmogorovSmirnov = (samples: TwoSamples): TwoSampleTest => {
  const n = sampleSizes(samples);
  const few = tooFew(n);
  if (few) return undefinedTest('kolmogorov-smirnov', n, few);
  const statistic = kolmogorovDistance(samples, n);
  if (Math.max(n.reference, n.current) <= largestExact && areRows(samples))
    return {
      statistic,
      pValue: smirnovExactTail(n.reference, n.current, statistic),
      n,
      method: 'kolmogorov-smirnov-exact',
    };
  const size = roundHalfEven((n.reference * n.current) / (n.reference + n.current));
  return {
    statistic,
    pValue: kolmogorovTail(Math.max(1, size), statistic),
    n,
    method: 'kolmogorov-smirnov-asymptotic',
  };
};

/** As numpy rounds: a half goes to the even neighbour. */
const roundHalfEven = (x: number): number => {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
};
