import { defaultLevel, type Estimate, type IntervalOptions } from '../estimate.js';
import { newcombe } from '../newcombe.js';
import type { CategoryCounts } from './category-test.js';
import { tooFew } from './test-result.js';
import { totalVariation } from './total-variation.js';
import { sampleSizes, type SampleSizes } from './two-samples.js';

/**
 * The total variation distance of two distributions of categories, with an interval: an effect size for drift whose
 * verdict doesn't depend on the sample size.
 *
 * Estimand: ½ Σ |p − q|, the largest difference between the two populations in the share of rows over any set of
 * categories, in [0, 1].
 *
 * The estimate, the distance of the samples, is biased upwards, the more so the more categories there are. A percentile
 * bootstrap of it shifts once more and never contains 0. Here the lower limit takes out the bias and the noise, with
 * s² = 1/n + 1/m, α = 1 − level and k categories:
 *
 *     lower = V̂ − min(s √(½ ln(2 (2ᵏ⁻¹ − 1) / α)), ½ Σ √(p̂(1 − p̂)/n + q̂(1 − q̂)/m) + t)
 *     upper = V̂ + t,   t = s √(½ ln(2 / α))
 *
 * The first bounds the error of the shares of all sets of categories at once (Hoeffding); it is the smaller for few
 * categories. The sum in the second bounds the bias E V̂ − V (Jensen), which is at least 0 (convexity), and t the
 * distance of V̂ from its mean (McDiarmid: one row moves V̂ by at most 1/n). Neither needs expected counts of five: of
 * many rare categories, even seen once each, the interval says nothing rather than drift. With two categories
 * V = |p₁ − q₁|, and the interval is Newcombe's of that difference, which is narrower.
 *
 * Simulated at level 0.95, 2,000 times each, 50 against 50 rows to 100,000 against 100,000, equal sizes and 1 against
 * 100: without a shift the lower limit was above 0 in 4.7 to 5.9% with two categories, in at most 0.4% with 3 and 8, and
 * never with 40 (the bound is far from sharp there); under a shift of V = 0.1 the interval contained V in at least 94.2%
 * with two categories, and in 99.7% with more.
 *
 * null when a sample has no rows.
 *
 * Source: T. Weissman et al., Inequalities for the L1 deviation of the empirical distribution (2003); C. McDiarmid, On the method of bounded differences, Surveys in Combinatorics (1989); R. G. Newcombe,
 * Statistics in Medicine 17 (1998).
 */
export const totalVariationInterval = (
  samples: CategoryCounts,
  options: IntervalOptions = {},
): Estimate | null => {
  const n = sampleSizes(samples);
  if (tooFew(n)) return null;
  const occurring = samples.reference.flatMap((count, index) =>
    count + (samples.current[index] as number) > 0 ? [index] : [],
  );
  return occurring.length === 2
    ? ofTwoCategories(samples, occurring[0] as number, n, options)
    : bounded(samples, n, occurring.length, options);
};

const ofTwoCategories = (
  { reference, current }: CategoryCounts,
  category: number,
  n: SampleSizes,
  options: IntervalOptions,
): Estimate => {
  const difference = newcombe(
    { successes: reference[category] as number, trials: n.reference },
    { successes: current[category] as number, trials: n.current },
    options,
  );
  const { lower, upper, level } = difference.interval;
  return {
    estimate: Math.abs(difference.estimate),
    interval: {
      lower: Math.max(0, lower, -upper),
      upper: Math.max(-lower, upper),
      level,
      method: 'newcombe',
    },
    n: difference.n,
  };
};

const bounded = (
  samples: CategoryCounts,
  n: SampleSizes,
  categories: number,
  { level = defaultLevel }: IntervalOptions,
): Estimate => {
  if (!(level > 0 && level < 1))
    throw new RangeError(`A confidence level is strictly between 0 and 1; ${level} isn't.`);
  const estimate = totalVariation(samples).distance as number;
  const bias = samples.reference.reduce((sum, count, index) => {
    const p = count / n.reference;
    const q = (samples.current[index] as number) / n.current;
    return sum + Math.sqrt((p * (1 - p)) / n.reference + (q * (1 - q)) / n.current) / 2;
  }, 0);
  const spread = Math.sqrt((1 / n.reference + 1 / n.current) / 2);
  const noise = spread * Math.sqrt(Math.log(2 / (1 - level)));
  // ln(2ᵏ⁻¹ − 1) of the categories that occur, at least of one pair of sets.
  const sets = Math.LN2 * (categories - 1) + Math.log1p(-(2 ** (1 - categories)));
  const allSets = spread * Math.sqrt(Math.log(2 / (1 - level)) + Math.max(0, sets));
  return {
    estimate,
    interval: {
      lower: Math.max(0, estimate - Math.min(allSets, bias + noise)),
      upper: Math.min(1, estimate + noise),
      level,
      method: 'total-variation-band',
    },
    n: n.reference + n.current,
  };
};
