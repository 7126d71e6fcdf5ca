/**
 * P(Dₙ ≤ d) of Kolmogorov's statistic for large n, by an expansion in 1/√n of four terms, each as a theta function
 * that converges fast for the small z = d√n for which it is used.
 *
 * Source: W. Pelz and I. J. Good, Approximating the lower tail-areas of the Kolmogorov–Smirnov one-sample statistic,
 * Journal of the Royal Statistical Society B 38 (1976).
 */
export const pelzGoodCdf = (n: number, d: number): number => {
  const z = Math.sqrt(n) * d;
  const z2 = z * z;
  const logQ = -pi2 / (8 * z2);
  if (logQ < -708) return 0;
  const terms = oddSums(z, logQ);
  const [extra2, extra3] = evenSums(z, 4 * logQ);
  const [k0, k1, k2, k3] = terms;
  return k0 + k1 / Math.sqrt(n) + (k2 + extra2) / n + (k3 + extra3) / (n * Math.sqrt(n));
};

const pi2 = Math.PI * Math.PI;
const rootTwoPi = Math.sqrt(2 * Math.PI);

type FourTerms = readonly [number, number, number, number];

/** The sums over odd m of polynomials in m times exp(−m²π² / 8z²). */
const oddSums = (z: number, logQ: number): FourTerms => {
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const sums: [number, number, number, number] = [0, 0, 0, 0];
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k -= 1) {
    const m2 = (2 * k - 1) * (2 * k - 1) * pi2;
    const weight = Math.exp((2 * k - 1) * (2 * k - 1) * logQ);
    sums[0] += weight;
    sums[1] += weight * (-z2 + m2 / 4);
    sums[2] +=
      weight * (6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * m2) / 4 + ((1 - 2 * z2) * m2 * m2) / 16);
    sums[3] +=
      weight *
      (-30 * z6 -
        90 * z6 * z2 +
        ((135 * z4 - 96 * z6) * m2) / 4 +
        ((212 * z4 - 60 * z2) * m2 * m2) / 16 +
        ((5 - 30 * z2) * m2 * m2 * m2) / 64);
  }
  return [
    (rootTwoPi * sums[0]) / z,
    (rootTwoPi * sums[1]) / (6 * z4),
    (rootTwoPi * sums[2]) / (72 * z6 * z),
    (rootTwoPi * sums[3]) / (6480 * z6 * z4),
  ];
};

/** The sums over all k of polynomials in k times exp(−k²π² / 2z²), which the last two terms have besides. */
const evenSums = (z: number, logQ: number): readonly [number, number] => {
  const z2 = z * z;
  let second = 0;
  let third = 0;
  for (let k = Math.ceil((16 * z) / Math.PI); k >= 1; k -= 1) {
    const weight = k * k * Math.exp(k * k * logQ);
    second += weight;
    third += weight * (3 * z2 - k * k * pi2);
  }
  return [
    (-pi2 * rootTwoPi * second) / (36 * z2 * z),
    (pi2 * rootTwoPi * third) / (216 * z2 * z2 * z2),
  ];
};
