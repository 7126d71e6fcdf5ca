import { describe, expect, it } from '@jest/globals';
import { quantilesOf, select } from './order-statistics.js';
import { seededRandom } from './random.js';

const random = seededRandom([23]);
const samples: readonly (readonly [string, number[]])[] = [
  ['one number', [0.25]],
  ['two numbers', [2, -1]],
  ['different numbers', Array.from({ length: 501 }, () => random() - 0.5)],
  ['many equal numbers', Array.from({ length: 500 }, () => Math.floor(3 * random()))],
  ['numbers in order', Array.from({ length: 100 }, (_, index) => index)],
  ['numbers in the opposite order', Array.from({ length: 100 }, (_, index) => -index)],
];

describe.each(samples)('order statistics of %s', (_what, numbers) => {
  const sorted = numbers.toSorted((a, b) => a - b);

  it('are those of the sorted numbers, which they part', () => {
    for (let rank = 0; rank < numbers.length; rank += 7) {
      const values = Float64Array.from(numbers);
      const found = select(values, rank);
      expect(found).toBe(sorted[rank]);
      expect(values.subarray(0, rank).every((value) => value <= found)).toBe(true);
      expect(values.subarray(rank).every((value) => value >= found)).toBe(true);
    }
  });

  it('make quantiles of type 7', () => {
    const probabilities = [0, 0.025, 0.5, 0.975, 1];
    const expected = probabilities.map((probability) => {
      const position = (sorted.length - 1) * probability;
      const [low, high] = [Math.floor(position), Math.ceil(position)].map(
        (at) => sorted[at] as number,
      ) as [number, number];
      return low + (position - Math.floor(position)) * (high - low);
    });
    expect(quantilesOf(Float64Array.from(numbers), probabilities)).toEqual(expected);
  });
});
