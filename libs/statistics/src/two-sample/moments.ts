/** The size, mean and sum of squared deviations of values that occur `counts` times. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly squares: number;
}

/** Two passes, so that constants have no variance and large means cost no digits. n must be positive. */
export const momentsOf = (values: Float64Array, counts: Float64Array): Moments => {
  let n = 0;
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) {
    const count = counts[index] as number;
    if (count === 0) continue;
    n += count;
    sum += count * (values[index] as number);
  }
  const first = sum / n;
  let rest = 0;
  for (let index = 0; index < values.length; index += 1) {
    const count = counts[index] as number;
    if (count > 0) rest += count * ((values[index] as number) - first);
  }
  const mean = first + rest / n;
  let squares = 0;
  for (let index = 0; index < values.length; index += 1) {
    const count = counts[index] as number;
    if (count === 0) continue;
    const deviation = (values[index] as number) - mean;
    squares += count * deviation * deviation;
  }
  return { n, mean, squares };
};
