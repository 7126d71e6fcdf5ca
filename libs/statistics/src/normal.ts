/**
 * The standard normal distribution function, Φ(x) = P(Z ≤ x).
 *
 * Relative error below 1e-12, in the lower tail too. −∞ gives 0, ∞ gives 1, NaN gives NaN.
 *
 * Source: G. Marsaglia, Evaluating the normal distribution, Journal of Statistical Software 11 (2004), for the series
 * in the middle; Laplace's continued fraction of Mills' ratio in the tails.
 */
export const normalCdf = (x: number): number => {
  if (Math.abs(x) < 3) return 0.5 + normalDensity(x) * centralSeries(x);
  const tail = normalDensity(x) / tailFraction(Math.abs(x));
  return x > 0 ? 1 - tail : tail;
};

const normalDensity = (x: number): number => 0.3989422804014327 * Math.exp((-x * x) / 2);

/** (Φ(x) − ½) / φ(x) = x + x³/3 + x⁵/(3·5) + … */
const centralSeries = (x: number): number => {
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > Number.EPSILON * 1e-3 * Math.abs(sum); odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return sum;
};

/** φ(x) / Φ(−x) = x + 1/(x + 2/(x + 3/(x + …))); 100 terms are enough from x = 3 on. */
const tailFraction = (x: number): number => {
  let fraction = x;
  for (let term = 100; term > 0; term -= 1) fraction = x + term / fraction;
  return fraction;
};

/**
 * The standard normal quantile, the x with Φ(x) = p.
 *
 * Relative error about 1e-16. 0 gives −∞ and 1 gives ∞.
 *
 * @throws RangeError when p isn't in [0, 1]
 *
 * Source: M. J. Wichura, Algorithm AS 241, Applied Statistics 37 (1988), PPND16.
 */
export const normalQuantile = (p: number): number => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A probability is in [0, 1]; ${p} isn't.`);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(centreNumerator, r)) / polynomial(centreDenominator, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const x =
    r <= 5
      ? polynomial(shoulderNumerator, r - 1.6) / polynomial(shoulderDenominator, r - 1.6)
      : polynomial(tailNumerator, r - 5) / polynomial(tailDenominator, r - 5);
  return q < 0 ? -x : x;
};

/** z of a two-sided interval: Φ⁻¹(1 − (1 − level) / 2). */
export const twoSidedQuantile = (level: number): number => {
  if (!(level > 0 && level < 1))
    throw new RangeError(`A confidence level is strictly between 0 and 1; ${level} isn't.`);
  // From the lower tail: 1 − (1 − level) / 2 would round away what tells levels near 1 apart.
  return -normalQuantile((1 - level) / 2);
};

/** Horner's scheme; coefficients from the highest power down. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);

const centreNumerator = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946,
  1971.5909503065513, 133.14166789178438, 3.3871328727963665,
];
const centreDenominator = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751,
  687.1870074920579, 42.31333070160091, 1,
];
const shoulderNumerator = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684,
  3.6478483247632045, 5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const shoulderDenominator = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008,
  0.6897673349851, 1.6763848301838038, 2.053191626637759, 1,
];
const tailNumerator = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124,
  0.29656057182850487, 1.7848265399172913, 5.463784911164114, 6.657904643501103,
];
const tailDenominator = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133,
  0.014875361290850615, 0.1369298809227358, 0.599832206555888, 1,
];
