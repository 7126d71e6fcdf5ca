import { describe, expect, it } from '@jest/globals';
import { seededRandom, xoshiro128 } from './random.js';

describe('xoshiro128', () => {
  it('gives the outputs of the reference implementation in C', () => {
    const next = xoshiro128([1, 2, 3, 4]);
    expect(Array.from({ length: 10 }, next)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });
});

describe('seededRandom', () => {
  const draw = (seed: readonly number[], many = 20_000): number[] =>
    Array.from({ length: many }, seededRandom(seed));

  it('repeats itself for the same seed', () => {
    expect(draw([5, 2 ** 40], 50)).toEqual(draw([5, 2 ** 40], 50));
  });

  it('tells seeds apart by value, order, length and the bits above 32', () => {
    const firsts = [[], [0], [1], [0, 0], [0, 1], [1, 0], [2 ** 32], [2 ** 33]].map((seed) =>
      seededRandom(seed)(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it('is uniform on [0, 1)', () => {
    const values = draw([7]);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    const bins = new Array<number>(20).fill(0);
    for (const value of values) bins[Math.floor(value * 20)]! += 1;
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // The 0.9999 quantile of χ² with 19 degrees of freedom.
    expect(chiSquare).toBeLessThan(50.8);
  });
});
