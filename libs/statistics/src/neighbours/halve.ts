/**
 * Puts a range of items in an order in which those before the middle have the lower keys, and those from it on the
 * higher ones: Hoare's selection, in O(n) on average, with the median of three for a pivot.
 *
 * Source: C. A. R. Hoare, Algorithm 65: Find, CACM 4 (1961).
 */
export const halve = (
  items: Uint32Array,
  from: number,
  to: number,
  middle: number,
  keyOf: (item: number) => number,
): void => {
  let [first, last] = [from, to - 1];
  while (first < last) {
    const pivot = medianOf(
      keyOf(items[first] as number),
      keyOf(items[(first + last) >>> 1] as number),
      keyOf(items[last] as number),
    );
    let [low, high] = [first, last];
    while (low <= high) {
      while (keyOf(items[low] as number) < pivot) low += 1;
      while (keyOf(items[high] as number) > pivot) high -= 1;
      if (low > high) break;
      const item = items[low] as number;
      items[low] = items[high] as number;
      items[high] = item;
      low += 1;
      high -= 1;
    }
    if (middle <= high) last = high;
    else if (middle >= low) first = low;
    else return;
  }
};

const medianOf = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
