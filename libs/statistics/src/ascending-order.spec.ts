import { describe, expect, it } from '@jest/globals';
import { ascendingOrder } from './ascending-order.js';
import { seededRandom } from './random.js';

const byComparison = (values: Float64Array): number[] =>
  Array.from(values, (_, index) => index).sort((a, b) => {
    const [x, y] = [values[a] as number, values[b] as number];
    return x < y ? -1 : x > y ? 1 : a - b;
  });

describe('ascendingOrder', () => {
  const random = seededRandom([7]);
  const many = 20_000;
  it.each([
    ['scores', () => random()],
    ['scores with heavy ties', () => Math.floor(random() * 10) / 10],
    [
      'numbers of every size and sign',
      () => (random() - 0.5) * 10 ** Math.floor(random() * 600 - 300),
    ],
    [
      'infinities, zeros of both signs and subnormals',
      () => [Infinity, -Infinity, 0, -0, 5e-324, -5e-324][Math.floor(random() * 6)] as number,
    ],
    ['one value', () => 0.5],
  ])('sorts %s as comparing does, equal ones in their order', (_, draw) => {
    for (const size of [0, 1, 2, 100, many]) {
      const values = Float64Array.from({ length: size }, draw);
      expect(Array.from(ascendingOrder(values))).toEqual(byComparison(values));
    }
  });

  it('refuses NaN', () => {
    expect(() => ascendingOrder(Float64Array.of(1, NaN))).toThrow(RangeError);
  });
});
