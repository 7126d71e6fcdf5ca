import { largestDifferenceOf, smallestRatioOf, type Estimator } from './disparity-of-estimates.js';
import type { Estimate, IntervalOptions } from './estimate.js';
import { wilson, type Proportion } from './wilson.js';

/**
 * The largest difference between two of several independent proportions.
 *
 * Estimand: R = max over families f of (max_g π_fg − min_g π_fg). 0 means that all proportions of a family are equal,
 * 1 that one is certain and another impossible. One family holds the same rate of each group; two or more, such as
 * true and false positive rates, are compared within themselves only.
 *
 * The interval is that of `largestDifferenceOf` with Wilson's limits, whose difference of a pair is Newcombe's.
 * Conservative: the coverage is at least nominal but for Newcombe's own approximation, and nears 1 when the proportions
 * are equal and groups are many.
 *
 * @param families proportions by group, at least two in each; n counts the trials of all
 * @throws RangeError when a family has fewer than two proportions, or one has no trials
 */
export const largestDifference = (
  families: readonly (readonly Proportion[])[],
  options: IntervalOptions = {},
): Estimate => {
  const { estimate, interval, n } = largestDifferenceOf(estimatorsOf(families), options);
  return {
    estimate,
    interval: {
      ...interval,
      upper: Math.min(1, interval.upper),
      method: interval.method.replace('mover', 'newcombe'),
    },
    n,
  };
};

/**
 * The smallest ratio of two of several independent proportions.
 *
 * Estimand: ρ = min_g π_g / max_g π_g. 1 means equal proportions, 0 that one group has none where another has some.
 * The interval is that of `smallestRatioOf` with the limits of `proportionRatio` for each ordered pair, conservative in
 * the same way. Without successes in any group the estimate is NaN (0/0) and the interval [0, 1].
 *
 * @throws RangeError with fewer than two proportions, or when one has no trials
 */
export const smallestRatio = (
  proportions: readonly Proportion[],
  options: IntervalOptions = {},
): Estimate => smallestRatioWithin([proportions], options);

/**
 * The smallest ratio of two proportions of the same family, such as of true or of false positive rates: the smallest
 * of `smallestRatio` over the families, with the pairs of all of them in M. NaN when a family has no successes at all.
 *
 * @throws RangeError when a family has fewer than two proportions, or one has no trials
 */
export const smallestRatioWithin = (
  families: readonly (readonly Proportion[])[],
  options: IntervalOptions = {},
): Estimate => smallestRatioOf(estimatorsOf(families), options);

const estimatorsOf = (families: readonly (readonly Proportion[])[]): Estimator[][] =>
  families.map((family) =>
    family.map(
      (proportion): Estimator =>
        (level) =>
          wilson(proportion, { level }),
    ),
  );
