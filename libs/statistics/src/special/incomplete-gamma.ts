import { poissonDensity } from './binomial-density.js';

/**
 * The regularised incomplete gamma functions P(a, x) = γ(a, x) / Γ(a) and Q = 1 − P, for a > 0 and x ≥ 0.
 *
 * The smaller of the two is computed, by the series below x = a + 1 and by the continued fraction above it: relative
 * error about 1e-13, in either tail.
 *
 * @throws RangeError unless a is positive and finite and x ≥ 0
 *
 * Source: DLMF 8.11.4 and 8.9.2.
 */
export const incompleteGamma = (a: number, x: number): { lower: number; upper: number } => {
  if (!(a > 0 && a < Infinity && x >= 0))
    throw new RangeError(`The incomplete gamma function takes a > 0 and x ≥ 0, not ${a} and ${x}.`);
  if (x === 0) return { lower: 0, upper: 1 };
  if (x === Infinity) return { lower: 1, upper: 0 };
  if (x < a + 1) {
    const lower = poissonDensity(a, x) * series(a, x);
    return { lower, upper: 1 - lower };
  }
  // Γ(a) = Γ(a + 1) / a.
  const upper = a * poissonDensity(a, x) * fraction(a, x);
  return { lower: 1 - upper, upper };
};

/** Σ xᵏ / ((a + 1)…(a + k)) */
const series = (a: number, x: number): number => {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k += 1) {
    term *= x / (a + k);
    sum += term;
  }
  return sum;
};

/** 1 / (x + 1 − a − 1(1 − a) / (x + 3 − a − 2(2 − a) / …)), by Lentz's method. */
const fraction = (a: number, x: number): number => {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let value = d;
  for (let k = 1; k < 1_000_000; k += 1) {
    const numerator = k * (a - k);
    b += 2;
    d = 1 / nonZero(b + numerator * d);
    c = nonZero(b + numerator / c);
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return value;
};

const nonZero = (x: number): number => (x === 0 ? 1e-300 : x);

/** P(χ² ≥ x) for a chi-square variable with `degrees` degrees of freedom. Relative error about 1e-13. */
export const chiSquareTail = (x: number, degrees: number): number =>
  incompleteGamma(degrees / 2, x / 2).upper;
