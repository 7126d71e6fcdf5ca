import { square } from '../estimate.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import { sampleSizes, type TwoSamples } from './two-samples.js';

/**
 * The two-sample Anderson–Darling test (Scholz and Stephens' k-sample test with k = 2), with midranks for ties.
 *
 * Statistic: their A²ₐₖₙ standardised by its mean and variance, about 0 if the samples come from one distribution and
 * growing with their difference; the tails count more than in Kolmogorov–Smirnov's. Infinities are ordered values.
 *
 * The p-value is interpolated in the paper's table, as scipy does, and known only within [0.001, 0.25]: the method is
 * `anderson-darling-clipped` where it lies at or beyond an end. Symmetric in the samples, and unchanged by any
 * increasing transformation of the values.
 *
 * Undefined when a sample has no rows, both together have fewer than 4, or all values are equal.
 *
 * Source: F. W. Scholz and M. A. Stephens, K-sample Anderson–Darling tests, Journal of the American Statistical
 * Association 82 (1987).
 */
export const andersonDarling = (samples: TwoSamples): TwoSampleTest => {
  const method = 'anderson-darling';
  const n = sampleSizes(samples);
  const all = n.reference + n.current;
  const few = tooFew(n) ?? (all < 4 ? `There are ${all} rows; the test needs 4.` : null);
  if (few) return undefinedTest(method, n, few);
  const raw = midrankStatistic(samples, n.reference, n.current);
  if (raw === null) return undefinedTest(method, n, 'All values are equal.');
  const statistic = (raw - 1) / Math.sqrt(varianceOf(n.reference, n.current));
  if (statistic < critical[0]) return { statistic, pValue: 0.25, n, method: `${method}-clipped` };
  if (statistic > critical[6]) return { statistic, pValue: 0.001, n, method: `${method}-clipped` };
  return { statistic, pValue: Math.exp(logSignificance(statistic)), n, method };
};

/** Equation 7 of the paper; null when there is one value only. */
const midrankStatistic = (
  { values, reference, current }: TwoSamples,
  n: number,
  m: number,
): number | null => {
  const all = n + m;
  let distinct = 0;
  let below = 0;
  let belowReference = 0;
  let belowCurrent = 0;
  let first = 0;
  let second = 0;
  for (let index = 0; index < values.length; index += 1) {
    const inReference = reference[index] as number;
    const inCurrent = current[index] as number;
    const here = inReference + inCurrent;
    if (here === 0) continue;
    distinct += 1;
    const middle = below + here / 2;
    const divisor = middle * (all - middle) - (all * here) / 4;
    const a = all * (belowReference + inReference / 2) - middle * n;
    const b = all * (belowCurrent + inCurrent / 2) - middle * m;
    first += (here / all) * ((a * a) / divisor);
    second += (here / all) * ((b * b) / divisor);
    below += here;
    belowReference += inReference;
    belowCurrent += inCurrent;
  }
  return distinct < 2 ? null : ((first / n + second / m) * (all - 1)) / all;
};

/** Of A²ₖₙ, equation 4 of the paper with k = 2. */
const varianceOf = (n: number, m: number): number => {
  const all = n + m;
  const inverse = 1 / n + 1 / m;
  let h = 1;
  let g = 0;
  // h runs over 1/(all − 1) + … + 1/2, then gets 1; g takes the partial sums.
  let partial = 0;
  for (let i = 2; i < all; i += 1) {
    partial += 1 / (all + 1 - i);
    g += partial / i;
  }
  h += partial;
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return (((a * all + b) * all + c) * all + d) / ((all - 1) * (all - 2) * (all - 3));
};

/** The paper's table 2 for k = 2, b₀ + b₁ + b₂, and the significance of each. */
const critical = [0.325, 1.226, 1.961, 2.718, 3.752, 4.592, 6.546] as const;
const significance = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const;

/** The parabola of least squares through (critical value, ln significance). */
const logSignificance = (statistic: number): number => {
  const mean = critical.reduce((sum, x) => sum + x, 0) / critical.length;
  // Orthogonal polynomials about the mean, so that the fit needs no matrix.
  const linear = (x: number): number => x - mean;
  const squares = critical.reduce((sum, x) => sum + square(linear(x)), 0);
  const cubes = critical.reduce((sum, x) => sum + square(linear(x)) * linear(x), 0);
  const quadratic = (x: number): number =>
    square(linear(x)) - (cubes / squares) * linear(x) - squares / critical.length;
  const fit = (polynomial: (x: number) => number): number =>
    critical.reduce((s, x, i) => s + polynomial(x) * Math.log(significance[i] as number), 0) /
    critical.reduce((s, x) => s + square(polynomial(x)), 0);
  return fit(() => 1) + fit(linear) * linear(statistic) + fit(quadratic) * quadratic(statistic);
};
