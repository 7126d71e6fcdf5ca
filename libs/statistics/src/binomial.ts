import type { Random } from './random.js';

/**
 * A binomial variate: the successes among n independent trials of probability p.
 *
 * Exact for n up to 2⁵³. Below np = 10 by inversion (Kachitvichyanukul and Schmeiser's BINV), in time O(np); above it
 * by transformed rejection, in constant time.
 *
 * @throws RangeError unless n is a non-negative integer and p in [0, 1]
 *
 * Source: W. Hörmann, The generation of binomial random variates, Journal of Statistical Computation and Simulation
 * 46 (1993), algorithm BTRS.
 */
export const drawBinomial = (n: number, p: number, random: Random): number => {
  if (!(Number.isInteger(n) && n >= 0)) throw new RangeError(`${n} isn't a number of trials.`);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`A probability is in [0, 1]; ${p} isn't.`);
  if (p > 0.5) return n - drawBinomial(n, 1 - p, random);
  if (n === 0 || p === 0) return 0;
  return n * p < 10 ? byInversion(n, p, random) : byRejection(n, p, random);
};

const byInversion = (n: number, p: number, random: Random): number => {
  const odds = p / (1 - p);
  const none = Math.exp(n * Math.log1p(-p));
  for (;;) {
    let probability = none;
    let u = random();
    // Rounding can leave a u that no count uses up; past here the mass is below 2⁻⁵³, so that u is drawn anew.
    for (let count = 0; count <= Math.min(n, 110); count += 1) {
      if (u < probability) return count;
      u -= probability;
      probability *= (odds * (n - count)) / (count + 1);
    }
  }
};

const byRejection = (n: number, p: number, random: Random): number => {
  const spread = Math.sqrt(n * p * (1 - p));
  const b = 1.15 + 2.53 * spread;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const centre = n * p + 0.5;
  const vr = 0.92 - 4.2 / b;
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + centre);
    if (us >= 0.07 && v <= vr) return count;
    if (count < 0 || count > n) continue;
    // Most draws are accepted above: what only the others need isn't worth computing for all.
    const alpha = (2.83 + 5.1 / b) * spread;
    const logOdds = Math.log(p / (1 - p));
    const mode = Math.floor((n + 1) * p);
    const atMode = logFactorial(mode) + logFactorial(n - mode);
    const logAccept = Math.log((v * alpha) / (a / (us * us) + b));
    const logDensity =
      atMode - logFactorial(count) - logFactorial(n - count) + (count - mode) * logOdds;
    if (logAccept <= logDensity) return count;
  }
};

/** ln k!, from a table below 10 and Stirling's series with three corrections from there: error below 1e-10. */
const logFactorial = (k: number): number => {
  const exact = smallLogFactorials[k];
  if (exact !== undefined) return exact;
  const x = k + 1;
  const correction = (1 / 12 - (1 / 360 - 1 / 1260 / (x * x)) / (x * x)) / x;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046728 + correction;
};

const smallLogFactorials = [1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880].map((f) => Math.log(f));
