import { binomialDensity } from './binomial-density.js';

/**
 * The regularised incomplete beta function Iₓ(a, b), for a, b > 0 and x in [0, 1].
 *
 * Relative error about 1e-13. `complement` is 1 − x, given beside x because subtracting would lose the digits of an x
 * near 1.
 *
 * @throws RangeError unless a and b are positive and finite and x is in [0, 1]
 *
 * Source: A. R. Didonato and A. H. Morris, Algorithm 708, ACM TOMS 18 (1992), equation 9, by Lentz's method.
 */
export const incompleteBeta = (
  a: number,
  b: number,
  x: number,
  complement: number = 1 - x,
): number => {
  if (!(a > 0 && b > 0 && a < Infinity && b < Infinity && x >= 0 && x <= 1))
    throw new RangeError(`Iₓ(a, b) takes a, b > 0 and x in [0, 1], not ${a}, ${b} and ${x}.`);
  if (x === 0) return 0;
  if (complement === 0) return 1;
  return x <= (a + 1) / (a + b + 2)
    ? belowMean(a, b, x, complement)
    : 1 - belowMean(b, a, complement, x);
};

const belowMean = (a: number, b: number, x: number, complement: number): number =>
  // xᵃ(1 − x)ᵇ / B(a, b), from the binomial density: Γ(a + b) = Γ(a + b + 1) / (a + b), Γ(b) = Γ(b + 1) / b.
  (binomialDensity(a, a + b, x, complement) * a * b) / (a + b) / fraction(a, b, x, complement);

/** Didonato and Morris' fraction: with 1 − x in it, where the usual one cancels for an x near 1. */
const fraction = (a: number, b: number, x: number, complement: number): number => {
  const denominator = (m: number): number =>
    m +
    (m === 0 ? 0 : (m * (b - m) * x) / (a + 2 * m - 1)) +
    ((a + m) * (a * complement - b * x + 1 + m * (1 + complement))) / (a + 2 * m + 1);
  let value = nonZero(denominator(0));
  let c = value;
  let d = 0;
  for (let m = 1; m < 1_000_000; m += 1) {
    const between = a + 2 * m - 1;
    const numerator =
      (((a + m - 1) * (a + b + m - 1)) / between) * ((m * (b - m) * x * x) / between);
    d = 1 / nonZero(denominator(m) + numerator * d);
    c = nonZero(denominator(m) + numerator / c);
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return value;
};

const nonZero = (x: number): number => (x === 0 ? 1e-300 : x);

/** P(|T| ≥ |t|) for a Student variable with `degrees` degrees of freedom, any positive number. */
export const studentTwoSidedTail = (t: number, degrees: number): number => {
  const squared = t * t;
  if (squared === Infinity) return 0;
  const sum = degrees + squared;
  return incompleteBeta(degrees / 2, 0.5, degrees / sum, squared / sum);
};
