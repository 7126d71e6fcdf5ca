/**
 * ln Γ(x) for x > 0.
 *
 * Stirling's series from 12 on, and the recurrence Γ(x + 1) = xΓ(x) below. Absolute error below 1e-14 up to 20, relative
 * error below 1e-15 from there. 0 and ∞ give ∞.
 *
 * Our own few lines rather than `@stdlib/math-base-special-*`, each of which depends on dozens of packages, native
 * add-on bindings among them.
 *
 * @throws RangeError when x is negative or NaN
 */
export const logGamma = (x: number): number => {
  if (!(x >= 0)) throw new RangeError(`ln Γ is taken of numbers ≥ 0; ${x} isn't one.`);
  if (x === 0 || x === Infinity) return Infinity;
  let product = 1;
  let shifted = x;
  for (; shifted < 12; shifted += 1) product *= shifted;
  return (
    (shifted - 0.5) * Math.log(shifted) -
    shifted +
    halfLogTwoPi +
    stirlingSeries(shifted) -
    Math.log(product)
  );
};

/** δ(x) = ln Γ(x + 1) − (x + ½) ln x + x − ½ ln 2π: what Stirling's formula of x! leaves out, for x > 0. */
export const stirlingError = (x: number): number =>
  x >= 12 ? stirlingSeries(x) : logGamma(x + 1) - (x + 0.5) * Math.log(x) + x - halfLogTwoPi;

const halfLogTwoPi = 0.9189385332046728;

const stirlingSeries = (x: number): number => {
  const inverse = 1 / x;
  const squared = inverse * inverse;
  return coefficients.reduce((sum, coefficient) => sum * squared + coefficient, 0) * inverse;
};

/** B₂ₖ / (2k(2k − 1)), from the highest power down. */
const coefficients = [
  43867 / 244188,
  -3617 / 122400,
  1 / 156,
  -691 / 360360,
  1 / 1188,
  -1 / 1680,
  1 / 1260,
  -1 / 360,
  1 / 12,
];
