import { defaultLevel, type Estimate, type IntervalOptions } from '../estimate.js';
import { newcombe } from '../newcombe.js';

/** The shares of either class above the score at which their distributions are farthest apart. */
export interface FarthestShares {
  readonly positive: number;
  readonly negative: number;
}

/**
 * The interval of the largest distance between the distributions of two classes' scores.
 *
 * Estimand: D = sup_t |F₊(t) − F₋(t)|. 0 means equal distributions, 1 that the classes are apart. The estimate, the
 * distance of the samples, is too large on average, the more so the smaller D is. The limits allow for that:
 *
 *     lower = max(0, d − q √(1/m + 1/n)), q the quantile (1 + level) / 2 of Kolmogorov's distribution
 *     upper = d + the distance to Newcombe's upper limit of the difference at the sample's farthest score
 *
 * The lower one holds whatever the distributions are, since no two distances differ by more than the distributions
 * do; it is 0 exactly when the two-sample test at that level doesn't tell the classes apart. The upper one holds since
 * the sample's distance is at least that at the true farthest score. Conservative below, more so for discrete scores.
 *
 * @param sizes m and n, which may be effective sizes
 * @throws RangeError when a class has no rows
 *
 * Sources: N. V. Smirnov, Table for estimating the goodness of fit of empirical distributions, Annals of Mathematical
 * Statistics 19 (1948); for the upper limit, see `newcombe`.
 */
export const kolmogorovSmirnovInterval = (
  estimate: number,
  { positive, negative }: FarthestShares,
  sizes: { readonly positives: number; readonly negatives: number },
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const of = (share: number, trials: number) => ({ successes: share * trials, trials });
  const there = newcombe(of(positive, sizes.positives), of(negative, sizes.negatives), { level });
  const up =
    there.estimate >= 0
      ? there.interval.upper - there.estimate
      : there.estimate - there.interval.lower;
  const band =
    kolmogorovQuantile((1 - level) / 2) * Math.sqrt(1 / sizes.positives + 1 / sizes.negatives);
  return {
    estimate,
    interval: {
      lower: Math.max(0, estimate - band),
      upper: Math.min(1, estimate + up),
      level,
      method: 'kolmogorov-newcombe',
    },
    n: sizes.positives + sizes.negatives,
  };
};

/** The x that Kolmogorov's distribution exceeds with a chance: 2 Σ (−1)^(j−1) exp(−2 j² x²), by bisection. */
const kolmogorovQuantile = (chance: number): number => {
  const exceeds = (x: number): number => {
    let sum = 0;
    for (let j = 1; j <= 20; j += 1) sum += (j % 2 === 1 ? 2 : -2) * Math.exp(-2 * j * j * x * x);
    return sum;
  };
  // Below 0.3 the distribution has no mass worth speaking of, and at 6 nothing is left above.
  let [low, high] = [0.3, 6];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (exceeds(middle) > chance) low = middle;
    else high = middle;
  }
  return high;
};
