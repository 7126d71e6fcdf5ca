import { binomialDensity, poissonDensity } from './binomial-density.js';
import { durbinMatrixCdf } from './durbin-matrix.js';
import { pelzGoodCdf } from './pelz-good.js';

/**
 * P(Dₙ ≥ d), the upper tail of Kolmogorov's two-sided statistic of n observations from a continuous distribution.
 *
 * Exact to about 1e-12 up to n = 140 and in the upper tail; in the middle of larger n by Pelz and Good's expansion,
 * accurate to about 1e-10. The regions are those of Simard and L'Ecuyer, and of scipy's `kstwo`.
 *
 * Source: R. Simard and P. L'Ecuyer, Computing the two-sided Kolmogorov–Smirnov distribution, Journal of Statistical
 * Software 39 (2011).
 */
export const kolmogorovTail = (n: number, d: number): number => {
  if (!(Number.isInteger(n) && n > 0)) throw new RangeError(`${n} isn't a number of observations.`);
  const t = n * d;
  if (t <= 0.5) return 1;
  if (d >= 1) return 0;
  if (t <= 1) return 1 - Math.exp(logFactorialOverPower(n) + n * Math.log(2 * t - 1));
  if (t >= n - 1) return 2 * Math.exp(n * Math.log1p(-d));
  const squared = t * d;
  if (d >= 0.5 || squared >= (n <= 140 ? 4 : 2.2)) return Math.min(1, 2 * oneSidedTail(n, d));
  const cdf =
    n <= 140 || (n <= 100_000 && n * d * Math.sqrt(d) <= 1.4)
      ? durbinMatrixCdf(n, d)
      : pelzGoodCdf(n, d);
  return Math.min(1, Math.max(0, 1 - cdf));
};

/** ln(n! / nⁿ), from the Poisson probability of n at n: e⁻ⁿ nⁿ / n!. */
const logFactorialOverPower = (n: number): number => -n - Math.log(poissonDensity(n, n));

/**
 * P(Dₙ⁺ ≥ d), Smirnov's one-sided tail: d Σⱼ C(n, j) (d + j/n)ʲ⁻¹ (1 − d − j/n)ⁿ⁻ʲ. All terms are positive.
 *
 * From a million observations on by Maag and Dicaire's approximation, which is off by less than 1e-9 there.
 */
const oneSidedTail = (n: number, d: number): number => {
  if (n > 1_000_000) {
    const z = 6 * n * d + 1;
    return Math.exp((-z * z) / (18 * n));
  }
  let sum = 0;
  for (let j = 0; j <= Math.floor(n * (1 - d)); j += 1) {
    const p = d + j / n;
    // Not 1 − p, which loses the digits of the last terms.
    const q = (n - j) / n - d;
    if (q < 0) break;
    sum += binomialDensity(j, n, p, q) / p;
  }
  return Math.min(1, d * sum);
};
