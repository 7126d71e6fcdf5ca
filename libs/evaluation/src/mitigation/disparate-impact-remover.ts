import { SluiceError } from '@sluice/contracts';
import { groupName } from './constraint.js';

/** The values of one numeric column in one group; NaN where they are missing. */
export interface GroupValues {
  readonly group: readonly string[];
  readonly values: Float64Array;
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
  const sorted = groups.map(({ group, values }) => {
    const present = values.filter((value) => !Number.isNaN(value)).sort();
    if (present.length === 0)
      throw new SluiceError(
        'invalid_data',
        `The group ${groupName(group)} has no values to repair.`,
      );
    return present;
  });
  if (groups.length < 2)
    throw new SluiceError('invalid_data', 'At least two groups are needed, to compare.');
  const quantiles = Math.min(...sorted.map(({ length }) => length));
  const targets = Float64Array.from({ length: quantiles }, (_, quantile) =>
    lowerMedian(
      sorted
        .map((values) => {
          const start = boundary(quantile, values.length, quantiles);
          const end = boundary(quantile + 1, values.length, quantiles);
          return values[start + Math.ceil((end - start) / 2) - 1] as number;
        })
        .toSorted((a, b) => a - b),
    ),
  );
  return sorted.map((values, index) =>
    mapOf((groups[index] as GroupValues).group, values, targets),
  );
};

/** The first row of a quantile: q·n/Q, rounded half to even as Python does. */
const boundary = (quantile: number, rows: number, quantiles: number): number => {
  const doubled = 2 * quantile * rows;
  const floor = Math.floor((quantile * rows) / quantiles);
  const twiceRest = doubled - 2 * floor * quantiles;
  if (twiceRest === quantiles) return floor % 2 === 0 ? floor : floor + 1;
  return twiceRest > quantiles ? floor + 1 : floor;
};

const lowerMedian = (ascending: readonly number[]): number =>
  ascending[Math.ceil(ascending.length / 2) - 1] as number;

const mapOf = (
  group: readonly string[],
  values: Float64Array,
  targets: Float64Array,
): QuantileMap => {
  const from: number[] = [];
  const to: number[] = [];
  let quantile = 0;
  for (let first = 0; first < values.length;) {
    const value = values[first] as number;
    let end = first + 1;
    while (end < values.length && values[end] === value) end += 1;
    const middle = (first + end - 1) >> 1;
    while (boundary(quantile + 1, values.length, targets.length) <= middle) quantile += 1;
    from.push(value);
    to.push(targets[quantile] as number);
    first = end;
  }
  return { group, from: Float64Array.from(from), to: Float64Array.from(to) };
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
