import type { GroupedRows } from './grouped-rows.js';

/**
 * The Kolmogorov–Smirnov distance between the two groups that differ most, rows weighed; null when fewer than two have
 * values.
 */
export const largestDistance = (
  values: Float64Array,
  { group, groups: names }: GroupedRows,
  weight: Float64Array | undefined,
): number | null => {
  const groups = names
    .map((_, at) => sharesOf(values, (row) => (group[row] === at ? (weight?.[row] ?? 1) : 0)))
    .filter(({ values: { length } }) => length > 0);
  const distances = groups.flatMap((a, index) =>
    groups.slice(index + 1).map((b) => distance(a, b)),
  );
  return distances.length === 0 ? null : Math.max(...distances);
};

/** Ascending values, and the share of the weight that lies below each; the last of these is 1. */
interface Shares {
  readonly values: Float64Array;
  readonly below: Float64Array;
}

const sharesOf = (values: Float64Array, weightOf: (row: number) => number): Shares => {
  const order = Uint32Array.from(values.keys())
    .filter((row) => !Number.isNaN(values[row]) && weightOf(row) > 0)
    .sort((a, b) => (values[a] as number) - (values[b] as number));
  const below = new Float64Array(order.length + 1);
  order.forEach((row, at) => (below[at + 1] = (below[at] as number) + weightOf(row)));
  const all = below.at(-1) as number;
  return {
    values: Float64Array.from(order, (row) => values[row] as number),
    below: below.map((weight) => weight / all),
  };
};

const distance = (a: Shares, b: Shares): number => {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.values.length && j < b.values.length) {
    const value = Math.min(a.values[i] as number, b.values[j] as number);
    while (i < a.values.length && a.values[i] === value) i += 1;
    while (j < b.values.length && b.values[j] === value) j += 1;
    largest = Math.max(largest, Math.abs((a.below[i] as number) - (b.below[j] as number)));
  }
  return largest;
};

/** The largest |r| between a feature and any of several columns, rows weighed; null when one side never varies. */
export const largestCorrelation = (
  values: Float64Array,
  columns: readonly Float64Array[],
  weight: Float64Array | undefined,
): number | null => {
  const found = columns
    .map((column) => correlation(values, column, weight))
    .filter((r): r is number => r !== null);
  return found.length === 0 ? null : Math.max(...found.map(Math.abs));
};

const correlation = (
  a: Float64Array,
  b: Float64Array,
  weight: Float64Array | undefined,
): number | null => {
  const counts = (row: number): number => weight?.[row] ?? 1;
  const all = a.reduce((sum, _, row) => sum + counts(row), 0);
  const centred = (values: Float64Array): Float64Array => {
    const mean = values.reduce((sum, value, row) => sum + counts(row) * value, 0) / all;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const dot = (p: Float64Array, q: Float64Array): number =>
    p.reduce((sum, value, row) => sum + counts(row) * value * (q[row] as number), 0);
  const scale = Math.sqrt(dot(x, x) * dot(y, y));
  return scale === 0 ? null : dot(x, y) / scale;
};
