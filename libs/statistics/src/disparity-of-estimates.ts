import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { linearCombination } from './linear-combination.js';
import { ratioOfEstimates } from './ratio-of-estimates.js';

/** An estimate with its interval at whatever level is asked for. Those that are compared are independent of each other. */
export type Estimator = (level: number) => Estimate;

/**
 * The largest absolute value of several contrasts, such as the differences between groups.
 *
 * Estimand: R = max_a |θ_a|. 0 means that every contrast is 0. With [l, u] a contrast's interval, folded to its absolute
 * value (max(0, l, −u) to max(u, −l)), and M contrasts:
 *
 *     lower = the largest lower limit of a contrast at level 1 − (1 − level)/M
 *     upper = the largest upper limit of a contrast at the level itself
 *
 * Only the lower limit takes a correction for many contrasts. It is wrong as soon as one contrast's is, whereas the
 * upper limit is right as soon as that of the truly largest is. Conservative: the coverage is at least nominal but for
 * the contrasts' own approximation. n is left to the caller: contrasts share observations.
 *
 * @throws RangeError without contrasts
 */
export const largestAbsolute = (
  contrasts: readonly Estimator[],
  options: IntervalOptions = {},
): Omit<Estimate, 'n'> => {
  const level = options.level ?? defaultLevel;
  requireSome(contrasts);
  const strict = 1 - (1 - level) / contrasts.length;
  const usual = contrasts.map((contrast) => contrast(level));
  return {
    estimate: largest(usual.map(({ estimate }) => Math.abs(estimate))),
    interval: {
      lower: largest(
        contrasts.map((contrast) => {
          const { interval } = contrast(strict);
          return Math.max(0, interval.lower, -interval.upper);
        }),
      ),
      upper: largest(usual.map(({ interval }) => Math.max(interval.upper, -interval.lower))),
      level,
      method: corrected('mover', contrasts.length),
    },
  };
};

/**
 * The largest difference between two of several independent estimates of a family: max over families f of
 * (max_g θ_fg − min_g θ_fg), by `largestAbsolute` of the differences of pairs, which combine the estimates' own
 * intervals (see `linearCombination`). With Wilson's intervals of proportions it is `largestDifference`.
 *
 * A percentile bootstrap won't do: resampling adds noise to noise, so where estimands are equal nearly all replicates of
 * the maximum exceed the truth.
 *
 * @throws RangeError when a family has fewer than two estimates
 */
export const largestDifferenceOf = (
  families: readonly (readonly Estimator[])[],
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const known = families.map((family) => family.map(remembered));
  const contrasts = known.flatMap(pairsOf).map(
    ([a, b]): Estimator =>
      (at) =>
        differenceOfEstimates(a(at), b(at)),
  );
  return { ...largestAbsolute(contrasts, { level }), n: observations(known, level) };
};

/** One estimate less another that is independent of it. */
export const differenceOfEstimates = (one: Estimate, two: Estimate): Estimate =>
  linearCombination([
    { weight: 1, estimate: one },
    { weight: -1, estimate: two },
  ]);

/**
 * The smallest of several ratios, each of which stands there both ways, a / b and b / a, so that the smallest is at most 1.
 *
 * Estimand: ρ = min_a min(r_a, 1/r_a). 1 means that all are equal to what they are compared with. It mirrors
 * `largestAbsolute`: the lower limit is the smallest at the level itself, the upper the smallest at
 * 1 − (1 − level)/M, at most 1. Ratios of 0/0 say nothing; the estimate is NaN when all are that.
 *
 * @throws RangeError without ratios
 */
export const smallestBothWays = (
  ratios: readonly (readonly [Estimator, Estimator])[],
  options: IntervalOptions = {},
): Omit<Estimate, 'n'> => {
  const level = options.level ?? defaultLevel;
  requireSome(ratios);
  const strict = 1 - (1 - level) / ratios.length;
  const usual = ratios.flat().map((ratio) => ratio(level));
  const estimates = usual.map(({ estimate }) => estimate).filter((value) => !Number.isNaN(value));
  return {
    estimate: estimates.length === 0 ? NaN : smallest(estimates),
    interval: {
      lower: smallest(usual.map(({ interval }) => interval.lower)),
      upper: Math.min(1, smallest(ratios.flat().map((ratio) => ratio(strict).interval.upper))),
      level,
      method: corrected('mover-r', ratios.length),
    },
  };
};

/**
 * The smallest ratio of two of several independent estimates of a family, none of which can be negative: the least of
 * min_g θ_fg / max_g θ_fg over the families, by `smallestBothWays`. NaN when all of a family are 0. With Wilson's
 * intervals of proportions it is `smallestRatioWithin`.
 *
 * @throws RangeError when a family has fewer than two estimates
 */
export const smallestRatioOf = (
  families: readonly (readonly Estimator[])[],
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const known = families.map((family) => family.map(remembered));
  const ratios = known
    .flatMap(pairsOf)
    .map(([a, b]): [Estimator, Estimator] => [
      (at) => ratioOfEstimates(a(at), b(at)),
      (at) => ratioOfEstimates(b(at), a(at)),
    ]);
  const { estimate, interval } = smallestBothWays(ratios, { level });
  const nothing = known.some((family) => family.every((each) => each(level).estimate === 0));
  return { estimate: nothing ? NaN : estimate, interval, n: observations(known, level) };
};

/**
 * The smallest or the largest of several estimands.
 *
 * Estimand: min_g θ_g, or max_g θ_g. Of the smallest, the lower limit is the smallest lower limit at the level itself and
 * the upper the smallest upper limit at 1 − (1 − level)/M, with M estimates: the smallest estimand is below each upper
 * limit, so that one wrong limit of many suffices, whereas only its own lower limit has to be right. The largest mirrors
 * it. The estimate is biased outwards when many are alike; the interval isn't.
 *
 * @throws RangeError without estimates
 */
export const extremeOf = (
  estimators: readonly Estimator[],
  which: 'smallest' | 'largest',
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  requireSome(estimators);
  const strict = 1 - (1 - level) / estimators.length;
  const own = which === 'smallest' ? smallest : largest;
  const [forLower, forUpper] = which === 'smallest' ? [level, strict] : [strict, level];
  return {
    estimate: own(estimators.map((each) => each(level).estimate)),
    interval: {
      lower: own(estimators.map((each) => each(forLower).interval.lower)),
      upper: own(estimators.map((each) => each(forUpper).interval.upper)),
      level,
      method: corrected('extreme', estimators.length),
    },
    n: observations([estimators], level),
  };
};

/** Asked for at two levels and in many pairs, but computed once at each. */
export const remembered = (estimator: Estimator): Estimator => {
  const known = new Map<number, Estimate>();
  return (level) => {
    const estimate = known.get(level) ?? estimator(level);
    known.set(level, estimate);
    return estimate;
  };
};

const pairsOf = (family: readonly Estimator[]): [Estimator, Estimator][] => {
  if (family.length < 2)
    throw new RangeError(`A comparison needs two estimates; there are ${family.length}.`);
  return family.flatMap((a, index) =>
    family.slice(index + 1).map((b): [Estimator, Estimator] => [a, b]),
  );
};

const observations = (families: readonly (readonly Estimator[])[], level: number): number =>
  families.flat().reduce((sum, estimator) => sum + estimator(level).n, 0);

const corrected = (method: string, contrasts: number): string =>
  contrasts === 1 ? method : `${method}-bonferroni`;

const requireSome = (some: readonly unknown[]): void => {
  if (some.length === 0) throw new RangeError('There is nothing to compare.');
};

/** Not Math.max(...values), which a long list overflows. */
const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = (values: readonly number[]): number =>
  values.reduce((least, value) => Math.min(least, value), Infinity);
