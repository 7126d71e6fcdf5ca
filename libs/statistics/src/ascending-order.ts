/** Below this a comparison sort is faster than filling counters. */
const fewest = 4096;
const digitBits = 11;
const digits = 6;
const buckets = 1 << digitBits;
const mask = buckets - 1;

/**
 * The positions of `values` from the smallest value to the largest; equal values keep their order, and −0 equals 0.
 *
 * A radix sort over the 64 bits of each number, eleven at a time: O(n), some ten times faster than comparing when
 * there are millions. Digits in which all values agree, such as most of the exponent of scores in [0, 1], are skipped.
 *
 * @throws RangeError when a value is NaN, which has no place in an order
 */
export const ascendingOrder = (values: Float64Array): Uint32Array => {
  if (values.some((value) => Number.isNaN(value)))
    throw new RangeError('A score is NaN, which has no rank.');
  return values.length < fewest ? comparisonOrder(values) : radixOrder(values);
};

const comparisonOrder = (values: Float64Array): Uint32Array =>
  Uint32Array.from(values, (_, index) => index).sort(
    (a, b) => compare(values[a] as number, values[b] as number) || a - b,
  );

/** Not a − b, which is NaN for equal infinities. */
const compare = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

interface Keys {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
  readonly position: Uint32Array;
}

const radixOrder = (values: Float64Array): Uint32Array => {
  let from = sortableKeys(values);
  let to: Keys = emptyKeys(values.length);
  for (let digit = 0; digit < digits; digit += 1) {
    const starts = startsOf(from, digit);
    if (starts === null) continue;
    scatter(from, to, digit, starts);
    [from, to] = [to, from];
  }
  return from.position;
};

const emptyKeys = (length: number): Keys => ({
  low: new Uint32Array(length),
  high: new Uint32Array(length),
  position: new Uint32Array(length),
});

/** The bits of each number as an unsigned integer of the same order: the sign flipped, and all bits of negatives. */
const sortableKeys = (values: Float64Array): Keys => {
  const keys = emptyKeys(values.length);
  const number = new Float64Array(1);
  const words = new Uint32Array(number.buffer);
  // Typed arrays have the machine's byte order; the word with the sign tells which it is.
  number[0] = -1;
  const highWord = words[1] === 0 ? 0 : 1;
  for (let index = 0; index < values.length; index += 1) {
    // Adding 0 makes −0 into 0.
    number[0] = (values[index] as number) + 0;
    const high = words[highWord] as number;
    const low = words[1 - highWord] as number;
    const negative = high >>> 31 === 1;
    keys.high[index] = negative ? ~high : high | 0x8000_0000;
    keys.low[index] = negative ? ~low : low;
    keys.position[index] = index;
  }
  return keys;
};

const digitOf = (low: number, high: number, digit: number): number => {
  const shift = digit * digitBits;
  if (shift >= 32) return (high >>> (shift - 32)) & mask;
  // The third digit lies across the two words.
  return shift + digitBits <= 32
    ? (low >>> shift) & mask
    : ((low >>> shift) | (high << (32 - shift))) & mask;
};

/** Where each digit's values begin, or null when all have the same digit. */
const startsOf = ({ low, high }: Keys, digit: number): Uint32Array | null => {
  const counts = new Uint32Array(buckets);
  for (let index = 0; index < low.length; index += 1) {
    const bucket = digitOf(low[index] as number, high[index] as number, digit);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  if (counts.includes(low.length)) return null;
  let start = 0;
  return counts.map((count) => {
    const here = start;
    start += count;
    return here;
  });
};

const scatter = (from: Keys, to: Keys, digit: number, starts: Uint32Array): void => {
  for (let index = 0; index < from.low.length; index += 1) {
    const low = from.low[index] as number;
    const high = from.high[index] as number;
    const bucket = digitOf(low, high, digit);
    const place = starts[bucket] as number;
    starts[bucket] = place + 1;
    to.low[place] = low;
    to.high[place] = high;
    to.position[place] = from.position[index] as number;
  }
};
