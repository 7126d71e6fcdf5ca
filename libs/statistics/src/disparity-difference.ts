import { defaultLevel, square, type Estimate, type IntervalOptions } from './estimate.js';
import { newcombe } from './newcombe.js';
import type { PairedCounts } from './newcombe-paired.js';
import { normalQuantile } from './normal.js';
import { proportionRatio } from './proportion-ratio.js';
import type { Proportion } from './wilson.js';

/** What is compared between groups: `largestDifference`, or `smallestRatio`. */
export type Disparity = 'difference' | 'ratio';

/**
 * The difference between two disparities of the same subjects: of a first outcome less that of a second.
 *
 * Estimand: D₁ − D₂, each the largest difference between groups within a family of proportions, or the smallest
 * ratio; see `largestDifference` and `smallestRatio`. Every subject has both outcomes, such as the decisions of two
 * models. Negative means that the first outcome's difference (or ratio) is the smaller.
 *
 * A disparity is a maximum of contrasts between pairs of groups, D₁ = max_a g₁(a), with g(a) = p_h − p_l (or, turned
 * so that larger is more unequal, −p_l / p_h). Of the true maximum, one pair is the argument; so
 *
 *     upper = max_a min_b [g₁(a) − g₂(b) + z SE(a, b)]        lower = −(the same with the outcomes exchanged)
 *
 * where a and b range over the pairs that may be that argument, those whose own interval reaches the lower limit of
 * the most extreme one, and z is the normal quantile at 1 − (1 − level)/2 divided by the number of b: choosing the
 * least of several limits needs a correction, choosing the largest doesn't. SE is by the delta method from paired
 * multinomial variances, smoothed by half a subject in each cell; groups are independent of each other.
 *
 * In simulations of 2 to 6 groups of 25 to 4,000 it covered the truth in 94 to 100 % of cases at level 0.95. It is
 * the wider the more pairs contend: with many alike groups twice as wide as a percentile bootstrap, which however
 * covered 80 to 85 % where one outcome treats groups alike and the other doesn't.
 *
 * @param families counts of subjects by group and their two outcomes; at least two groups in each family
 * @throws RangeError with fewer than two groups, a group without subjects, or a ratio of none to none
 *
 * Sources: A. Agresti and Y. Min, Simple improved confidence intervals for comparing matched proportions, Statistics
 * in Medicine 24 (2005), for the smoothing; R. L. Berger, Multiparameter hypothesis testing and acceptance sampling,
 * Technometrics 24 (1982), for the union and intersection of limits.
 */
export const disparityDifference = (
  families: readonly (readonly PairedCounts[])[],
  disparity: Disparity,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  if (families.some((family) => family.length < 2))
    throw new RangeError('A disparity needs at least two groups.');
  const groups = families.flatMap((family, index) =>
    family.map((counts) => smoothed(counts, index)),
  );
  const first = contrastsOf(groups, 'first', disparity, level);
  const second = contrastsOf(groups, 'second', disparity, level);
  const estimate = first.extreme - second.extreme;
  const upper = Math.min(
    1,
    Math.max(estimate, upperLimit(first.contenders, second.contenders, level)),
  );
  const lower = Math.max(
    -1,
    Math.min(estimate, -upperLimit(second.contenders, first.contenders, level)),
  );
  const turned = disparity === 'ratio';
  return {
    estimate: turned ? -estimate : estimate,
    interval: {
      lower: turned ? -upper : lower,
      upper: turned ? -lower : upper,
      level,
      method: 'paired-contrasts',
    },
    n: families.flat().reduce((sum, counts) => sum + subjects(counts), 0),
  };
};

/** More contending pairs than this are cut to the most extreme: the work grows with the square. */
const mostContenders = 100;

type Side = 'first' | 'second';

interface Group {
  readonly family: number;
  readonly first: Proportion;
  readonly second: Proportion;
  /** Smoothed shares, variances and covariance. */
  readonly share: Record<Side, number>;
  readonly variance: Record<Side, number>;
  readonly covariance: number;
}

/** Half a pair is added to each cell, so that a share of 0 or 1 has a variance too (Agresti and Min, 2005). */
const smoothed = (counts: PairedCounts, family: number): Group => {
  const n = subjects(counts);
  const size = n + 2;
  const first = (counts.both + counts.firstOnly + 1) / size;
  const second = (counts.both + counts.secondOnly + 1) / size;
  return {
    family,
    first: { successes: counts.both + counts.firstOnly, trials: n },
    second: { successes: counts.both + counts.secondOnly, trials: n },
    share: { first, second },
    variance: { first: (first * (1 - first)) / size, second: (second * (1 - second)) / size },
    covariance: ((counts.both + 0.5) / size - first * second) / size,
  };
};

const subjects = ({ both, firstOnly, secondOnly, neither }: PairedCounts): number =>
  both + firstOnly + secondOnly + neither;

/** One pair of groups, and how unequal an outcome is between them. */
interface PairContrast {
  readonly side: Side;
  /** g, and the ends of its own interval. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
  readonly high: Group;
  readonly low: Group;
  /** Derivatives of the value by the two shares. */
  readonly byHigh: number;
  readonly byLow: number;
}

interface Contrasts {
  readonly extreme: number;
  /** The pairs that may truly be the most extreme. */
  readonly contenders: readonly PairContrast[];
}

const contrastsOf = (
  groups: readonly Group[],
  side: Side,
  disparity: Disparity,
  level: number,
): Contrasts => {
  const contrast = disparity === 'difference' ? differenceOf : ratioOf;
  const all = groups.flatMap((high) =>
    groups
      .filter((low) => low !== high && low.family === high.family)
      // A ratio over nothing is infinite, or 0/0: never the smallest.
      .filter(() => disparity === 'difference' || high[side].successes > 0)
      .map((low) => contrast(high, low, side, level)),
  );
  if (all.length === 0) throw new RangeError('A ratio of none to none is undefined.');
  const largest = (values: readonly number[]): number =>
    values.reduce((most, value) => Math.max(most, value), -Infinity);
  const floor = largest(all.map(({ least }) => least));
  return {
    extreme: largest(all.map(({ value }) => value)),
    contenders: all
      .filter(({ most }) => most >= floor)
      .toSorted((a, b) => b.value - a.value)
      .slice(0, mostContenders),
  };
};

const differenceOf = (high: Group, low: Group, side: Side, level: number): PairContrast => {
  const { estimate, interval } = newcombe(high[side], low[side], { level });
  const { lower: least, upper: most } = interval;
  return { side, value: estimate, least, most, high, low, byHigh: 1, byLow: -1 };
};

const ratioOf = (high: Group, low: Group, side: Side, level: number): PairContrast => {
  const { estimate, interval } = proportionRatio(low[side], high[side], { level });
  return {
    side,
    value: -estimate,
    least: -interval.upper,
    most: -interval.lower,
    high,
    low,
    byHigh: low.share[side] / square(high.share[side]),
    byLow: -1 / high.share[side],
  };
};

/** max_a min_b [g₁(a) − g₂(b) + z SE(a, b)] */
const upperLimit = (
  firsts: readonly PairContrast[],
  seconds: readonly PairContrast[],
  level: number,
): number => {
  const z = -normalQuantile((1 - level) / 2 / seconds.length);
  const limitOf = (a: PairContrast): number =>
    seconds.reduce(
      (least, b) => Math.min(least, a.value - b.value + z * standardError(a, b)),
      Infinity,
    );
  return firsts.reduce((most, a) => Math.max(most, limitOf(a)), -Infinity);
};

const standardError = (a: PairContrast, b: PairContrast): number => {
  const own = (pair: PairContrast): number =>
    square(pair.byHigh) * pair.high.variance[pair.side] +
    square(pair.byLow) * pair.low.variance[pair.side];
  const shared = (x: Group, dx: number, y: Group, dy: number): number =>
    x === y ? dx * dy * x.covariance : 0;
  const covariance =
    shared(a.high, a.byHigh, b.high, b.byHigh) +
    shared(a.high, a.byHigh, b.low, b.byLow) +
    shared(a.low, a.byLow, b.high, b.byHigh) +
    shared(a.low, a.byLow, b.low, b.byLow);
  return Math.sqrt(Math.max(0, own(a) + own(b) - 2 * covariance));
};
