import { square } from './estimate.js';
import type { MeanMoments } from './mean.js';
import { studentTwoSidedTail } from './special/incomplete-beta.js';

export interface PairedT {
  /** t; null when the differences don't vary. */
  readonly statistic: number | null;
  /** The two-sided p value of a mean difference of 0; null when the differences don't vary. */
  readonly p: number | null;
  readonly degreesOfFreedom: number;
  readonly n: number;
  readonly method: 'paired-t';
}

/**
 * The paired t test, of two quantities of the same rows.
 *
 * Hypothesis: the mean of their difference D is 0. With the mean m of n independent differences and
 * s² = (mean square − m²) n / (n − 1):
 *
 *     t = m √n / s,   p = P(|T| ≥ |t|),   T of Student's distribution with n − 1 degrees of freedom
 *
 * t has no unit and is above 0 when the first quantity is larger. It is right for normal differences, and by the central
 * limit theorem for others when there are many: heavy tails take more rows. Differences that are all the same, but for
 * rounding, have no variance to judge them by, and there is no p.
 *
 * @param differences Their moments; n may be an effective count, which the caller documents
 * @throws RangeError when there is at most one row
 *
 * Source: Student, The probable error of a mean, Biometrika 6 (1908).
 */
export const pairedT = ({ mean, meanSquare, n }: MeanMoments): PairedT => {
  if (!(n > 1)) throw new RangeError(`A mean's spread takes more than one row; there are ${n}.`);
  const about = { degreesOfFreedom: n - 1, n, method: 'paired-t' } as const;
  const spread = meanSquare - square(mean);
  if (spread <= 1e-14 * meanSquare) return { statistic: null, p: null, ...about };
  const statistic = (mean * Math.sqrt(n - 1)) / Math.sqrt(spread);
  return { statistic, p: studentTwoSidedTail(statistic, n - 1), ...about };
};
