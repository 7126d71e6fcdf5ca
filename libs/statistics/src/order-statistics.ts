/**
 * Moves numbers so that the one at `rank` is what it would be if all were sorted, none before it is larger and none
 * after it is smaller.
 *
 * @param values none of them NaN
 *
 * Source: C. A. R. Hoare, Algorithm 65: Find, Communications of the ACM 4 (1961).
 */
export const select = (values: Float64Array, rank: number, from = 0): number => {
  let low = from;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let left = low;
    let right = high;
    while (left <= right) {
      while ((values[left] as number) < pivot) left += 1;
      while ((values[right] as number) > pivot) right -= 1;
      if (left > right) break;
      const value = values[left] as number;
      values[left] = values[right] as number;
      values[right] = value;
      left += 1;
      right -= 1;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return values[rank] as number;
};

/**
 * Quantiles of numbers, Hyndman and Fan's type 7: linear between order statistics.
 *
 * Some thousands of numbers are sorted in many times the time that it takes to find the few that quantiles are between.
 *
 * @param values none of them NaN; they are moved
 * @param probabilities in ascending order
 */
export const quantilesOf = (values: Float64Array, probabilities: readonly number[]): number[] => {
  let found = 0;
  return probabilities.map((probability) => {
    const position = (values.length - 1) * probability;
    const below = Math.floor(position);
    // What is before an order statistic isn't larger, and so needn't be looked at for a later one.
    const low = select(values, below, found);
    const high = below + 1 < values.length ? select(values, below + 1, below) : low;
    found = below;
    return low + (position - below) * (high - low);
  });
};
