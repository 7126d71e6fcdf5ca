import { ascendingOrder } from '../ascending-order.js';

/**
 * Two samples of one numeric column: how often each distinct value occurs in either.
 *
 * All that the tests and distances of this folder need, so that they take O(distinct values). Samples merge by adding
 * the counts of equal values. The counts may be weights, and the values representatives of a histogram's bins; what
 * needs whole rows, such as an exact p-value, then says so.
 */
export interface TwoSamples {
  /** Ascending and distinct; −∞ and ∞ are allowed, NaN isn't. */
  readonly values: Float64Array;
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/**
 * Counts the distinct values of two samples, by one sort of both together.
 *
 * −0 equals 0. Infinities are values like others, at the ends of the order.
 *
 * @throws RangeError when a value is NaN: leave missing values out first, and compare their rates separately
 */
export const twoSamples = (reference: Float64Array, current: Float64Array): TwoSamples => {
  refuseNaN(reference, 'reference');
  refuseNaN(current, 'current');
  const all = new Float64Array(reference.length + current.length);
  all.set(reference);
  all.set(current, reference.length);
  const order = ascendingOrder(all);
  const values = new Float64Array(all.length);
  const counts = [new Float64Array(all.length), new Float64Array(all.length)] as const;
  let distinct = 0;
  for (let place = 0; place < order.length; place += 1) {
    const row = order[place] as number;
    const value = (all[row] as number) + 0;
    if (distinct === 0 || value !== values[distinct - 1]) {
      values[distinct] = value;
      distinct += 1;
    }
    const side = counts[row < reference.length ? 0 : 1];
    side[distinct - 1] = (side[distinct - 1] as number) + 1;
  }
  return {
    values: values.slice(0, distinct),
    reference: counts[0].slice(0, distinct),
    current: counts[1].slice(0, distinct),
  };
};

const refuseNaN = (sample: Float64Array, name: string): void => {
  const row = sample.findIndex((value) => Number.isNaN(value));
  if (row >= 0)
    throw new RangeError(
      `Row ${row} of the ${name} sample is NaN. Leave missing values out, and compare their rates.`,
    );
};

/** The rows, or the weight, of each sample. */
export interface SampleSizes {
  readonly reference: number;
  readonly current: number;
}

/** @throws RangeError when the columns differ in length, or a count is negative or not finite */
export const sampleSizes = ({
  reference,
  current,
}: {
  readonly reference: ArrayLike<number>;
  readonly current: ArrayLike<number>;
}): SampleSizes => {
  if (reference.length !== current.length)
    throw new RangeError(
      `Each value has a count in both samples: ${reference.length} aren't ${current.length}.`,
    );
  return { reference: total(reference), current: total(current) };
};

const total = (counts: ArrayLike<number>): number => {
  let sum = 0;
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] as number;
    if (!(count >= 0 && count < Infinity))
      throw new RangeError(`Count ${index} is ${count}; a count is finite and not negative.`);
    sum += count;
  }
  return sum;
};

/** Whether all values are finite, one that no row has any more included. */
export const allFinite = ({ values }: TwoSamples): boolean => values.every(Number.isFinite);

/** Whether every count is a number of rows, rather than a weight. */
export const areRows = ({ reference, current }: TwoSamples): boolean =>
  reference.every(Number.isInteger) && current.every(Number.isInteger);
