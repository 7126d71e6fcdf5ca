import { acrossDefinitions, type Across } from '@sluice/contracts';
import type { Bounds, Estimate } from '@sluice/statistics';

/**
 * Where a disparity may lie, when the figure of each group may lie anywhere within bounds of its own.
 *
 * The largest figure is between the largest of the lower limits and the largest of the upper ones, and so is the smallest;
 * differences and ratios take the limits that make them smallest and largest. No two groups need to be at such limits at once,
 * so that the bounds may be a little wide, and never too narrow. A ratio whose divisor may be 0 has no upper limit.
 *
 * @param groups the figures of the groups; one alone where it is compared with the reference
 * @param reference the figure that groups are compared with; null when it is each other
 */
export const acrossBounds = (
  across: Across,
  groups: readonly Bounds[],
  reference: Bounds | null,
): Bounds => {
  const largest = extreme(groups, Math.max);
  const smallest = extreme(groups, Math.min);
  const isRatio = acrossDefinitions[across].kind === 'ratio';
  if (across === 'group_min') return smallest;
  if (across === 'group_max') return largest;
  if (reference === null)
    return isRatio
      ? within(quotient(smallest, largest), [0, 1])
      : within(less(largest, smallest), [0, Infinity]);
  if (!acrossDefinitions[across].perGroup && acrossDefinitions[across].reference === 'overall')
    return isRatio
      ? extreme(
          groups.map((each) => bothWays(quotient(each, reference))),
          Math.min,
        )
      : extreme(
          groups.map((each) => absolute(less(each, reference))),
          Math.max,
        );
  const [own] = groups;
  if (!own) throw new TypeError('There are no groups to compare.');
  return isRatio ? quotient(own, reference) : less(own, reference);
};

/** How far a figure may be from one within bounds. */
export const farthestFrom = (value: number, { lower, upper }: Bounds): number =>
  Math.max(value - lower, upper - value, 0);

/** With an interval that is wider by the bound of an error, but not beyond a range. */
export const widened = (
  { estimate, interval, n }: Estimate,
  errorBound: number,
  [lowest, highest]: readonly [number, number],
): Estimate => ({
  estimate,
  interval: {
    ...interval,
    lower: Math.max(lowest, interval.lower - errorBound),
    upper: Math.min(highest, interval.upper + errorBound),
    method: `${interval.method}-binned`,
  },
  n,
});

/** The values that a disparity can have at all. */
export const rangeAcross = (across: Across): readonly [number, number] => {
  const { kind, reference, perGroup } = acrossDefinitions[across];
  const isLargest = reference === null || (reference === 'overall' && !perGroup);
  if (kind === 'extreme' || !isLargest) return [-Infinity, Infinity];
  return kind === 'ratio' ? [0, 1] : [0, Infinity];
};

const extreme = (each: readonly Bounds[], of: (...values: number[]) => number): Bounds => ({
  lower: of(...each.map(({ lower }) => lower)),
  upper: of(...each.map(({ upper }) => upper)),
});

const less = (one: Bounds, other: Bounds): Bounds => ({
  lower: one.lower - other.upper,
  upper: one.upper - other.lower,
});

/** Without limits where the divisor may be 0. */
const quotient = (one: Bounds, other: Bounds): Bounds => {
  if (other.lower <= 0 && other.upper >= 0) return { lower: -Infinity, upper: Infinity };
  const corners = [one.lower, one.upper].flatMap((above) => [
    above / other.lower,
    above / other.upper,
  ]);
  return { lower: Math.min(...corners), upper: Math.max(...corners) };
};

/** The smaller of a ratio and its inverse. */
const bothWays = ({ lower, upper }: Bounds): Bounds => {
  const of = (ratio: number): number => (ratio > 1 ? 1 / ratio : ratio);
  const highest = lower <= 1 && upper >= 1 ? 1 : Math.max(of(lower), of(upper));
  return { lower: Math.min(of(lower), of(upper)), upper: highest };
};

const absolute = ({ lower, upper }: Bounds): Bounds => ({
  lower: Math.max(0, lower, -upper),
  upper: Math.max(upper, -lower),
});

const within = (
  { lower, upper }: Bounds,
  [lowest, highest]: readonly [number, number],
): Bounds => ({
  lower: Math.min(highest, Math.max(lowest, lower)),
  upper: Math.min(highest, Math.max(lowest, upper)),
});
