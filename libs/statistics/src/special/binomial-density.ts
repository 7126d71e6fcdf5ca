import { stirlingError } from './log-gamma.js';

/**
 * Γ(n + 1) / (Γ(k + 1) Γ(n − k + 1)) · pᵏ qⁿ⁻ᵏ with q = 1 − p: the binomial probability of k successes among n, for
 * real k and n too.
 *
 * By the saddle point, so that neither large n nor tails lose digits, as sums of ln Γ would. q is given beside p
 * because 1 − p would lose the digits of a small q.
 *
 * Source: C. Loader, Fast and accurate computation of binomial probabilities (2000).
 */
export const binomialDensity = (k: number, n: number, p: number, q: number): number => {
  if (p === 0) return k === 0 ? 1 : 0;
  if (q === 0) return k === n ? 1 : 0;
  if (k === 0) return Math.exp(n * logOf(q, p));
  if (k === n) return Math.exp(n * logOf(p, q));
  if (k < 0 || k > n) return 0;
  const rest = n - k;
  const exponent =
    stirlingError(n) -
    stirlingError(k) -
    stirlingError(rest) -
    deviance(k, n * p) -
    deviance(rest, n * q);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * rest));
};

/** xᵃ e⁻ˣ / Γ(a + 1), the Poisson probability of a, for real a > 0 too. By the saddle point. */
export const poissonDensity = (a: number, x: number): number =>
  x === 0 ? 0 : Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);

/** ln p with the digits that p near 1 hasn't, from its complement. */
const logOf = (p: number, complement: number): number =>
  complement < 0.1 ? Math.log1p(-complement) : Math.log(p);

/** x ln(x / m) + m − x, without cancellation near x = m. */
const deviance = (x: number, m: number): number => {
  const difference = x - m;
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) - difference;
  const v = difference / (x + m);
  let sum = difference * v;
  let power = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    power *= v * v;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
};
