import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { newcombe } from './newcombe.js';
import { proportionRatio } from './proportion-ratio.js';
import { wilson, type Proportion } from './wilson.js';

/**
 * The largest difference between two of several independent proportions.
 *
 * Estimand: R = max over families f of (max_g π_fg − min_g π_fg). 0 means that all proportions of a family are equal,
 * 1 that one is certain and another impossible. One family holds the same rate of each group; two or more, such as
 * true and false positive rates, are compared within themselves only.
 *
 * R is the largest |π_fg − π_fh| over the M pairs, so with [l, u] Newcombe's interval of a pair's difference, folded
 * to its absolute value (max(0, l, −u) to max(u, −l)):
 *
 *     lower = the largest lower limit of a pair at level 1 − (1 − level)/M
 *     upper = the largest upper limit of a pair at the level itself
 *
 * Only the lower limit takes a correction for many pairs. It is wrong as soon as one pair's is, whereas the upper
 * limit is right as soon as that of the pair that is truly the most different is. Conservative: the coverage is at
 * least nominal but for Newcombe's own approximation, and nears 1 when the proportions are equal and groups are many.
 *
 * A percentile bootstrap won't do: resampling adds noise to noise, so where proportions are equal nearly all
 * replicates of the maximum exceed the truth.
 *
 * @param families proportions by group, at least two in each; n counts the trials of all
 * @throws RangeError when a family has fewer than two proportions, or one has no trials
 */
export const largestDifference = (
  families: readonly (readonly Proportion[])[],
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const pairs = families.flatMap((family) => pairsOf(family));
  const strict = 1 - (1 - level) / pairs.length;
  const lower = pairs.map(([a, b]) => {
    const { interval } = newcombe(a, b, { level: strict });
    return Math.max(0, interval.lower, -interval.upper);
  });
  const upper = pairs.map(([a, b]) => {
    const { interval } = newcombe(a, b, { level });
    return Math.max(interval.upper, -interval.lower);
  });
  return {
    estimate: largest(pairs.map(([a, b]) => Math.abs(share(a) - share(b)))),
    interval: {
      lower: largest(lower),
      upper: Math.min(1, largest(upper)),
      level,
      method: pairs.length === 1 ? 'newcombe' : 'newcombe-bonferroni',
    },
    n: families.flat().reduce((sum, { trials }) => sum + trials, 0),
  };
};

/**
 * The smallest ratio of two of several independent proportions.
 *
 * Estimand: ρ = min_g π_g / max_g π_g. 1 means equal proportions, 0 that one group has none where another has some.
 * The interval mirrors that of `largestDifference`, with the limits of `proportionRatio` for each ordered pair:
 *
 *     lower = the smallest lower limit of a pair at the level itself
 *     upper = the smallest upper limit of a pair at level 1 − (1 − level)/M, at most 1
 *
 * Conservative in the same way. Without successes in any group the estimate is NaN (0/0) and the interval [0, 1].
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
): Estimate => {
  const level = options.level ?? defaultLevel;
  const pairs = families.flatMap((family) => pairsOf(family));
  const strict = 1 - (1 - level) / pairs.length;
  const bothWays = pairs.flatMap(([a, b]): Pair[] => [
    [a, b],
    [b, a],
  ]);
  const ratios = families.map((family) => {
    const shares = family.map(share);
    return -largest(shares.map((p) => -p)) / largest(shares);
  });
  return {
    estimate: ratios.some((ratio) => Number.isNaN(ratio))
      ? NaN
      : -largest(ratios.map((ratio) => -ratio)),
    interval: {
      lower: -largest(bothWays.map(([a, b]) => -proportionRatio(a, b, { level }).interval.lower)),
      upper: -largest(
        [-1].concat(
          bothWays.map(([a, b]) => -proportionRatio(a, b, { level: strict }).interval.upper),
        ),
      ),
      level,
      method: pairs.length === 1 ? 'mover-r' : 'mover-r-bonferroni',
    },
    n: families.flat().reduce((sum, { trials }) => sum + trials, 0),
  };
};

type Pair = readonly [Proportion, Proportion];

const pairsOf = (proportions: readonly Proportion[]): Pair[] => {
  if (proportions.length < 2)
    throw new RangeError(`A comparison needs two proportions; there are ${proportions.length}.`);
  return proportions.flatMap((a, index) => proportions.slice(index + 1).map((b): Pair => [a, b]));
};

const share = (proportion: Proportion): number => wilson(proportion).estimate;

/** Not Math.max(...values), which a long list overflows. */
const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity);
