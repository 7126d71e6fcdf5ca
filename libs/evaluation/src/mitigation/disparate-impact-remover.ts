import { SluiceError } from '@sluice/contracts';
import { groupName } from './constraint.js';

/** The values of one numeric column in one group; NaN where they are missing. */
export interface GroupValues {
  readonly group: readonly string[];
  readonly values: Float64Array;
  /** What each row counts, 0 or more; 1 where it is left out. */
  readonly weight?: Float64Array | undefined;
}

/** Where the values of a group go under full repair: known values ascending, and their targets, which ascend too. */
export interface QuantileMap {
  readonly group: readonly string[];
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/**
 * Learns how to make the distribution of a numeric column the same in all groups while rows keep their order within
 * their group. Each group's rows are cut into as many quantiles as the smallest group has rows; the target of a quantile
 * is the median over groups of the groups' medians there (the lower one of two, so that targets are values of the data).
 * A value that several rows share goes where the middle one of them goes.
 *
 * Rows with weights are cut by weight. Weights that are all whole numbers stand for as many equal rows; others are scaled
 * so that rows weigh 1 on average, and so their unit makes no difference. A row without weight is not looked at.
 *
 * At full repair, and without ties, it is what AIF360's DisparateImpactRemover gives (BlackBoxAuditing's Repairer). It
 * differs where that is not well defined: there, quantiles are those of distinct values, so that a value of a thousand
 * rows counts as much as one of a single row and groups still differ after full repair; partial repair steps along the
 * list of values that occur, so that it depends on other rows; and another table can't be repaired at all.
 *
 * Source: M. Feldman et al., Certifying and removing disparate impact (2015), section 5; the partial repair is their
 * geometric one.
 *
 * @throws SluiceError `invalid_data` when a group has no values
 */
export const fitQuantileRepair = (groups: readonly GroupValues[]): QuantileMap[] => {
  const sorted = weighedAlike(
    (isWeighed(groups) ? groups : groups.map(unweighed)).map(distinctValues),
  );
  if (groups.length < 2)
    throw new SluiceError('invalid_data', 'At least two groups are needed, to compare.');
  const quantiles = Math.max(1, Math.floor(Math.min(...sorted.map(({ all }) => all))));
  const medians = sorted.map((values) => mediansOf(values, quantiles));
  const targets = Float64Array.from({ length: quantiles }, (_, quantile) =>
    lowerMedian(medians.map((values) => values[quantile] as number).toSorted((a, b) => a - b)),
  );
  return sorted.map((values) => mapOf(values, targets));
};

/** Whether some row weighs more than another. */
const isWeighed = (groups: readonly GroupValues[]): boolean => {
  const first = groups[0]?.weight?.[0];
  return groups.some(({ weight }) => weight?.some((value) => value !== first));
};

const unweighed = ({ group, values }: GroupValues): GroupValues => ({ group, values });

/** The values of a group that differ, ascending, and what its rows weigh up to each of them, that one included. */
interface DistinctValues {
  readonly group: readonly string[];
  readonly values: Float64Array;
  readonly upTo: Float64Array;
  /** What all rows weigh. */
  readonly all: number;
  readonly rows: number;
  /** Whether all weights are whole numbers, so that rows can be told apart. */
  readonly whole: boolean;
}

const distinctValues = ({ group, values, weight }: GroupValues): DistinctValues => {
  const order = Uint32Array.from(values.keys())
    .filter((row) => !Number.isNaN(values[row]) && weight?.[row] !== 0)
    .sort((a, b) => (values[a] as number) - (values[b] as number));
  if (order.length === 0)
    throw new SluiceError('invalid_data', `The group ${groupName(group)} has no values to repair.`);
  const distinct: number[] = [];
  const upTo: number[] = [];
  let all = 0;
  let whole = true;
  order.forEach((row, rank) => {
    const value = values[row] as number;
    const counts = weight?.[row] ?? 1;
    all += counts;
    whole &&= Number.isInteger(counts);
    if (rank > 0 && distinct.at(-1) === value) upTo[upTo.length - 1] = all;
    else {
      distinct.push(value);
      upTo.push(all);
    }
  });
  return {
    group,
    values: Float64Array.from(distinct),
    upTo: Float64Array.from(upTo),
    all,
    rows: order.length,
    whole,
  };
};

/** More rows than this are not told apart one by one: weights of so many stand for a population. */
const mostRows = 10_000_000;

/** Weights in one unit: that of whole rows, or that of a mean of 1. */
const weighedAlike = (groups: readonly DistinctValues[]): DistinctValues[] => {
  const fewest = Math.min(...groups.map(({ all }) => all));
  if (groups.every(({ whole }) => whole) && fewest <= mostRows) return [...groups];
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const scale = rows / groups.reduce((sum, group) => sum + group.all, 0);
  return groups.map((group) => ({
    ...group,
    upTo: group.upTo.map((weight) => weight * scale),
    all: group.all * scale,
    whole: false,
  }));
};

/** For each quantile the value in the middle of it: of an even number of rows, the lower one of two. */
const mediansOf = (
  { values, upTo, all, whole }: DistinctValues,
  quantiles: number,
): Float64Array => {
  let at = 0;
  return Float64Array.from({ length: quantiles }, (_, quantile) => {
    const start = boundary(quantile, all, quantiles, whole);
    const half = (boundary(quantile + 1, all, quantiles, whole) - start) / 2;
    const middle = start + (whole ? Math.ceil(half) : half);
    while (at < values.length - 1 && (upTo[at] as number) < middle) at += 1;
    return values[at] as number;
  });
};

/** What rows weigh below a quantile: q·n/Q; in whole rows rounded half to even, as Python does. */
const boundary = (quantile: number, rows: number, quantiles: number, whole: boolean): number => {
  if (!whole) return (quantile * rows) / quantiles;
  const doubled = 2 * quantile * rows;
  const floor = Math.floor((quantile * rows) / quantiles);
  const twiceRest = doubled - 2 * floor * quantiles;
  if (twiceRest === quantiles) return floor % 2 === 0 ? floor : floor + 1;
  return twiceRest > quantiles ? floor + 1 : floor;
};

const lowerMedian = (ascending: readonly number[]): number =>
  ascending[Math.ceil(ascending.length / 2) - 1] as number;

/** Each value goes where the row in the middle of those that have it goes. */
const mapOf = (
  { group, values, upTo, all, whole }: DistinctValues,
  targets: Float64Array,
): QuantileMap => {
  let quantile = 0;
  const to = values.map((_, index) => {
    const first = upTo[index - 1] ?? 0;
    const end = upTo[index] as number;
    const middle = whole ? Math.floor((first + end - 1) / 2) : (first + end) / 2;
    while (
      quantile < targets.length - 1 &&
      boundary(quantile + 1, all, targets.length, whole) <= middle
    )
      quantile += 1;
    return targets[quantile] as number;
  });
  return { group, from: values, to };
};

/**
 * A value repaired: (1 − level)·x + level·target(x). The target of a value between two known ones lies between theirs,
 * that of a value beyond all known ones is the nearest's. NaN stays NaN.
 *
 * @param level from 0, which leaves every value as it is, to 1
 */
export const repaired = (map: QuantileMap, value: number, level: number): number =>
  level === 0 || Number.isNaN(value) ? value : (1 - level) * value + level * target(map, value);

const target = ({ from, to }: QuantileMap, value: number): number => {
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((from[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  if (low === from.length) return to[low - 1] as number;
  if (from[low] === value || low === 0) return to[low] as number;
  const [x0, x1] = [from[low - 1] as number, from[low] as number];
  const [y0, y1] = [to[low - 1] as number, to[low] as number];
  return y0 + ((y1 - y0) * (value - x0)) / (x1 - x0);
};
