import { defaultLevel, square, type Estimate, type IntervalOptions } from './estimate.js';
import { twoSidedQuantile } from './normal.js';

/** What is known of a quantity of rows. */
export interface MeanMoments {
  /** Its mean. */
  readonly mean: number;
  /** The mean of its square. */
  readonly meanSquare: number;
  /** The rows, above 1. May be fractional where a caller documents an effective count. */
  readonly n: number;
}

/**
 * The interval of a mean by the central limit theorem.
 *
 * Estimand: μ = E(X). Estimate: the mean m of n independent values. With s² = (mean square − m²) n / (n − 1) and t
 * Student's quantile of n − 1 degrees of freedom:
 *
 *     m ± t s / √n
 *
 * In the unit of X. Values that are all the same give the interval [m, m]; what is left of their variance by rounding
 * counts as none. t is taken from its expansion in 1 / (n − 1), which is right to 1e-4 from 20 rows on.
 *
 * @throws RangeError when there is at most one row
 *
 * Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.5, for t.
 */
export const meanInterval = (
  { mean, meanSquare, n }: MeanMoments,
  options: IntervalOptions = {},
): Estimate => {
  if (!(n > 1)) throw new RangeError(`A mean's spread takes more than one row; there are ${n}.`);
  const level = options.level ?? defaultLevel;
  const spread = meanSquare - square(mean);
  const variance = spread <= 1e-14 * meanSquare ? 0 : (spread * n) / (n - 1);
  const half = studentQuantile(twoSidedQuantile(level), n - 1) * Math.sqrt(variance / n);
  return {
    estimate: mean,
    interval: { lower: mean - half, upper: mean + half, level, method: 'student' },
    n,
  };
};

const studentQuantile = (z: number, freedom: number): number => {
  const z2 = z * z;
  const first = (z * (z2 + 1)) / 4;
  const second = (z * ((5 * z2 + 16) * z2 + 3)) / 96;
  const third = (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / 384;
  return z + (first + (second + third / freedom) / freedom) / freedom;
};
