import { describe, expect, it } from '@jest/globals';
import { lots, randomHalf } from './draws.js';

describe('draws', () => {
  it.each([0, 1, 2, 7, 1000])('takes half of %s rows', (rows) => {
    const taken = randomHalf(rows, 5);
    expect(taken).toHaveLength(rows);
    expect(taken.reduce((sum, one) => sum + one, 0)).toBe(Math.ceil(rows / 2));
  });

  it('is decided by the seed alone', () => {
    expect(randomHalf(100, 1)).toEqual(randomHalf(100, 1));
    expect(randomHalf(100, 1)).not.toEqual(randomHalf(100, 2));
    expect(lots(5, 1)).toEqual(lots(5, 1));
    expect(lots(5, 1)).not.toEqual(lots(5, 2));
  });

  it('takes each row as often as any other', () => {
    const times = new Uint32Array(10);
    for (let seed = 0; seed < 4000; seed += 1)
      randomHalf(10, seed).forEach((one, row) => (times[row] = (times[row] as number) + one));
    // Five standard deviations of 4,000 draws of a half.
    for (const count of times) expect(Math.abs(count - 2000)).toBeLessThan(5 * Math.sqrt(1000));
  });

  it('gives lots from 0 up to, and without, 1', () => {
    const drawn = lots(10_000, 3);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, one) => sum + one, 0) / 10_000).toBeCloseTo(0.5, 1);
  });
});
