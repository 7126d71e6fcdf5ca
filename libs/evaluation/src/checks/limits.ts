import { definitionOf, type Check, type Measure, type PolicyCheck } from '@sluice/contracts';

export type Limits = Check['limit'];

/** A limit that the reference has yet to set is left out. */
export const limitsOf = ({ at_least, at_most, no_worse_by, holds }: PolicyCheck): Limits => ({
  ...(typeof at_least === 'number' ? { at_least } : {}),
  ...(typeof at_most === 'number' ? { at_most } : {}),
  ...(no_worse_by === undefined ? {} : { no_worse_by }),
  ...(holds === 'interval' || holds === 'unless_shown' ? { holds } : {}),
});

/** The values that pass: everything from `least` to `most`, both included. */
export interface Allowed {
  readonly least: number;
  readonly most: number;
}

/**
 * The values of its measure that a check allows. For a comparison with the champion that is a difference,
 * version − champion: where higher is better at least −no_worse_by, where lower is better at most no_worse_by. Of a
 * metric with an ideal it is the difference of the distances from that, which are better when lower.
 */
export const allowedBy = (check: PolicyCheck): Allowed => {
  if (check.no_worse_by !== undefined)
    return definitionOf(check).direction === 'higher'
      ? { least: -check.no_worse_by, most: Infinity }
      : { least: -Infinity, most: check.no_worse_by };
  return { least: numberOf(check.at_least, -Infinity), most: numberOf(check.at_most, Infinity) };
};

/** Whoever decides a check puts the thresholds of the reference's chunks in their place first. */
const numberOf = (limit: PolicyCheck['at_least'], none: number): number => {
  if (limit === 'reference_chunks')
    throw new TypeError('The reference has not set the limit of this check.');
  return limit ?? none;
};

/**
 * How far a value is inside its limits; negative outside, and 0 on a limit.
 *
 * A limit met exactly must pass, though the value's quotients and differences were rounded: 0.8 may come out as
 * 0.7999999999999999. Up to four ulps of 1 beyond a limit count as on it. That is below what rows can tell apart:
 * rates over n rows differ by at least 1/n², more than the tolerance up to 30 million rows, and a policy's limits have
 * fewer digits than that.
 */
export const marginOf = (value: number, { least, most }: Allowed): number => {
  const margin = Math.min(value - least, most - value);
  return Math.abs(margin) <= tolerance ? 0 : margin;
};

const tolerance = 4 * Number.EPSILON;

export const isWithin = (value: number, allowed: Allowed): boolean => marginOf(value, allowed) >= 0;

/**
 * The margin of what a check asks to hold: the value itself, the worse end of its interval, or with `unless_shown` the end
 * that is nearest to what is allowed. Of a value with an error bound it is the worse end of where the exact one may be:
 * what isn't known to hold doesn't.
 */
export const decidingMargin = (
  value: number,
  { interval, errorBound = 0 }: Pick<Measure, 'interval' | 'errorBound'>,
  check: PolicyCheck,
): number => {
  const allowed = allowedBy(check);
  if (check.holds === 'unless_shown' && interval !== null)
    return Math.min(
      marginOf(interval.upper, { ...allowed, most: Infinity }),
      marginOf(interval.lower, { ...allowed, least: -Infinity }),
    );
  if (check.holds === 'interval' && interval !== null)
    return Math.min(marginOf(interval.lower, allowed), marginOf(interval.upper, allowed));
  const { lowest, highest } = definitionOf(check);
  const reach = check.no_worse_by === undefined ? 0 : highest - lowest;
  return Math.min(
    marginOf(Math.max(value - errorBound, lowest - reach), allowed),
    marginOf(Math.min(value + errorBound, highest + reach), allowed),
  );
};

/** On which side of what is allowed the interval of a measure reaches out of it. */
export const reachesOut = (
  { interval }: Measure,
  { least, most }: Allowed,
): { below: boolean; above: boolean } => ({
  below: interval !== null && interval.lower < least - tolerance,
  above: interval !== null && interval.upper > most + tolerance,
});

/** Whether some value of the interval is allowed. */
export const intervalTouches = ({ interval }: Measure, { least, most }: Allowed): boolean =>
  interval !== null && interval.upper >= least && interval.lower <= most;
