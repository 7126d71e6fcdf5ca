import { linearCombination, type Estimate } from '@sluice/statistics';
import { measured, withoutValue, type MeasureRequest } from '../measure.js';
import { mergedSlices } from '../merge-profiles.js';
import type { Grouping, Slice } from '../profile.js';
import type { Measure } from '@sluice/contracts';

/** A column as two groups: all but the privileged one together, and the privileged one. */
export const sidesOf = <Own extends Slice>(column: Grouping<Own>): Grouping<Own> => {
  const { privileged, groups } = column;
  const others = groups.filter(({ group }) => group !== privileged);
  const own = groups.filter(({ group }) => group === privileged);
  const [only] = others;
  if (!only) return column;
  const together =
    others.length === 1 ? only : { group: 'the other groups', ...(mergedSlices(others) as Own) };
  return { ...column, groups: [together, ...own] };
};

/** Why nothing can be read against the privileged group of a column; null when something can. */
export const whyNotAgainstPrivileged = ({ privileged, groups }: Grouping<Slice>): string | null => {
  if (privileged === null) return 'the policy names no privileged group of the column';
  return groups.some(({ group }) => group === privileged)
    ? null
    : 'the privileged group has no row';
};

/**
 * Version − champion of two figures, as if they were independent: on the same rows they mostly agree, so that the
 * interval is too wide rather than too narrow.
 */
export const changeOf = (version: Estimate, champion: Estimate): Estimate =>
  linearCombination([
    { weight: 1, estimate: version },
    { weight: -1, estimate: champion },
  ]);

/** How far a signed figure is from its ideal: |d| from 0, 1 − min(r, 1/r) from 1. */
export const distanceFrom = (ideal: 0 | 1 | undefined, figure: Estimate): Estimate => {
  const { estimate, interval, n } = figure;
  const { lower, upper } = interval;
  if (ideal === undefined) return figure;
  if (ideal === 0)
    return {
      estimate: Math.abs(estimate),
      interval: { ...interval, lower: Math.max(0, lower, -upper), upper: Math.max(upper, -lower) },
      n,
    };
  const distance = (ratio: number): number => 1 - Math.min(ratio, 1 / ratio);
  const around = lower <= 1 && upper >= 1;
  return {
    estimate: distance(estimate),
    interval: {
      ...interval,
      lower: around ? 0 : Math.min(distance(lower), distance(upper)),
      upper: Math.max(distance(lower), distance(upper)),
    },
    n,
  };
};

/** A figure whose interval has no end is of too few rows to say anything, and JSON has no ∞. */
export const measuredIfBounded = (
  request: MeasureRequest,
  figure: Estimate,
  errorBound?: number,
): Measure =>
  Number.isFinite(figure.interval.lower) && Number.isFinite(figure.interval.upper)
    ? measured(request, figure, errorBound)
    : withoutValue(
        request,
        'insufficient',
        figure.n,
        'what it divides by may be 0 on so few rows, so that its interval has no end',
      );
