/** The Kolmogorov–Smirnov distance between the two groups that differ most; null when fewer than two have values. */
export const largestDistance = (values: Float64Array, group: readonly number[]): number | null => {
  const groups = Array.from({ length: Math.max(...group) + 1 }, (_, at) =>
    values.filter((value, row) => group[row] === at && !Number.isNaN(value)).sort(),
  ).filter(({ length }) => length > 0);
  const distances = groups.flatMap((a, index) =>
    groups.slice(index + 1).map((b) => distance(a, b)),
  );
  return distances.length === 0 ? null : Math.max(...distances);
};

const distance = (a: Float64Array, b: Float64Array): number => {
  let [i, j, largest] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i] as number, b[j] as number);
    while (i < a.length && a[i] === value) i += 1;
    while (j < b.length && b[j] === value) j += 1;
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length));
  }
  return largest;
};

/** The largest |r| between a feature and any of several columns; null when one side never varies. */
export const largestCorrelation = (
  values: Float64Array,
  columns: readonly Float64Array[],
): number | null => {
  const found = columns
    .map((column) => correlation(values, column))
    .filter((r): r is number => r !== null);
  return found.length === 0 ? null : Math.max(...found.map(Math.abs));
};

const correlation = (a: Float64Array, b: Float64Array): number | null => {
  const centred = (values: Float64Array): Float64Array => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  };
  const [x, y] = [centred(a), centred(b)];
  const dot = (p: Float64Array, q: Float64Array): number =>
    p.reduce((sum, value, row) => sum + value * (q[row] as number), 0);
  const scale = Math.sqrt(dot(x, x) * dot(y, y));
  return scale === 0 ? null : dot(x, y) / scale;
};
