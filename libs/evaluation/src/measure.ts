import { parameterOf, type Measure, type ValuePolicy } from '@sluice/contracts';
import type { Estimate } from '@sluice/statistics';

/** Which figure: of whom, by which column, in which group; and what a check asks of it beyond the usual. */
export interface MeasureRequest extends Pick<
  Measure,
  'metric' | 'of' | 'by' | 'group' | 'across' | 'within' | 'parameter' | 'class'
> {
  /** The column that it is about, of drift. */
  readonly column?: string | null;
  /** The rows that each denominator needs, in place of the usual minimum. */
  readonly minimumRows?: number | undefined;
  /** The level of the interval, 0.95 unless told otherwise. */
  readonly level?: number | undefined;
  /** What outcomes are worth, of the policy: for metrics of value. */
  readonly worths?: ValuePolicy | undefined;
}

export const levelOf = ({ level = 0.95 }: MeasureRequest): number => level;

/**
 * A rate says nothing about fewer rows than this: with 20, a 95 % interval is still up to 0.4 wide, and
 * a single row moves the rate by 0.05.
 */
export const minimumRows = 20;

/** An AUC needs this many rows of either class, so that it too rests on at least 20. */
export const minimumRowsPerClass = 10;

/** Rows that a figure lacks. */
export interface Shortfall {
  /** null when it isn't about one group of several. */
  readonly group: string | null;
  readonly have: number;
  readonly need: number;
  /** What they are called, one and many, such as `favorable row`. */
  readonly rows: readonly [one: string, many: string];
}

/** @param errorBound how far the value may be from that of the rows, when it isn't exact */
export const measured = (
  request: MeasureRequest,
  estimate: Estimate,
  errorBound?: number,
): Measure => ({
  ...identity(request),
  value: plain(estimate.estimate),
  interval: {
    lower: rounded(estimate.interval.lower),
    upper: rounded(estimate.interval.upper),
    level: estimate.interval.level,
    method: estimate.interval.method,
  },
  ...(errorBound === undefined ? {} : { errorBound }),
  n: estimate.n,
  state: 'ok',
  reason: null,
});

/**
 * A figure without an interval, which tells how it was computed instead.
 *
 * @param errorBound how far the value may be from that of the rows, when it isn't exact
 */
export const measuredBy = (
  request: MeasureRequest,
  { value, n, method }: { readonly value: number; readonly n: number; readonly method: string },
  errorBound?: number,
): Measure => ({
  ...identity(request),
  // Logarithms and exponentials differ in the last digits between engines.
  value: value === 0 || Math.abs(value) >= 1e-6 ? rounded(value) : Number(value.toPrecision(9)),
  interval: null,
  ...(errorBound === undefined ? {} : { errorBound: rounded(errorBound) }),
  n,
  state: 'ok',
  method,
  reason: null,
});

export const withoutValue = (
  request: MeasureRequest,
  state: 'undefined' | 'insufficient',
  n: number,
  reason: string,
): Measure => ({ ...identity(request), value: null, interval: null, n, state, reason });

/** undefined when a denominator is 0, insufficient when it is small, null when there are rows enough. */
export const lacking = (
  request: MeasureRequest,
  n: number,
  shortfalls: readonly Shortfall[],
): Measure | null => {
  if (shortfalls.length === 0) return null;
  const state = shortfalls.some(({ have }) => have === 0) ? 'undefined' : 'insufficient';
  return withoutValue(request, state, n, shortfallReason(shortfalls));
};

const shortfallReason = (shortfalls: readonly Shortfall[]): string => {
  const told = shortfalls.slice(0, mostTold).map(({ group, have, rows: [one, many] }) => {
    const count = have === 0 ? `no ${one}` : `${have} ${have === 1 ? one : many}`;
    return group === null ? count : `${nameShown(group)} has ${count}`;
  });
  const more = shortfalls.length - told.length;
  const needs = new Set(shortfalls.map(({ need }) => need));
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}; at least ${[...needs].join(' or ')} are needed`;
};

const mostTold = 5;
const longestName = 60;

/**
 * A group or column as it stands in a sentence: on one line, without characters that reorder or hide text,
 * and not longer than 60 characters.
 */
export const nameShown = (name: string): string => {
  const line = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  const characters = [...line];
  if (characters.length === 0) return '(blank)';
  return characters.length <= longestName
    ? line
    : `${characters.slice(0, longestName - 1).join('')}…`;
};

const identity = ({
  metric,
  of,
  by,
  group,
  across,
  within,
  parameter: given,
  class: ofClass,
  column = null,
}: MeasureRequest) => {
  const parameter = parameterOf(metric, given);
  return {
    metric,
    of,
    by,
    group,
    ...(across === undefined ? {} : { across }),
    ...(within === undefined ? {} : { within }),
    ...(parameter === undefined ? {} : { parameter }),
    ...(ofClass === undefined ? {} : { class: ofClass }),
    column,
  };
};

/**
 * Values come from sums and quotients, which every engine rounds alike. Limits also take logarithms and exponentials,
 * whose last digit may differ between engines: twelve decimals are the same everywhere.
 */
const rounded = (limit: number): number => plain(Math.round(limit * 1e12) / 1e12);

/** JSON has no −0. */
const plain = (value: number): number => (value === 0 ? 0 : value);
