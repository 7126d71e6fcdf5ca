import { describe, expect, it } from '@jest/globals';
import { halfBitsOf, halfOfBits } from './half-precision.js';

describe('half precision', () => {
  // The table of IEEE 754-2008 binary16 as Wikipedia ("Half-precision floating-point format") gives it.
  it.each([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, (1023 / 1024) * 2 ** -14],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3bff, 0.99951171875],
    [0x3c00, 1],
    [0x3c01, 1.0009765625],
    [0x7bff, 65_504],
    [0x7c00, Infinity],
    [0x8000, -0],
    [0xc000, -2],
    [0xfc00, -Infinity],
  ])('reads and writes 0x%s as %d', (bits, value) => {
    expect(halfOfBits(bits)).toBe(value);
    expect(halfBitsOf(value)).toBe(bits);
  });

  it('returns every bit pattern as it was, but for the many NaNs', () => {
    for (let bits = 0; bits < 0x10000; bits += 1) {
      const value = halfOfBits(bits);
      if (Number.isNaN(value)) expect(Number.isNaN(halfOfBits(halfBitsOf(value)))).toBe(true);
      else if (halfBitsOf(value) !== bits)
        throw new Error(
          `0x${bits.toString(16)} reads as ${value}, which writes as 0x${halfBitsOf(value).toString(16)}`,
        );
    }
  });

  it('rounds to the nearest, ties to even, over its whole range', () => {
    for (let bits = 0; bits < 0x7bff; bits += 1) {
      const low = halfOfBits(bits);
      const middle = low + (halfOfBits(bits + 1) - low) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const quarter = (middle - low) / 2;
      const found = [
        halfBitsOf(middle - quarter),
        halfBitsOf(middle),
        halfBitsOf(middle + quarter),
      ];
      if (found.join() !== [bits, even, bits + 1].join())
        throw new Error(`between ${low} and the next: ${found.join()}`);
    }
    expect(halfBitsOf(65_519.99)).toBe(0x7bff);
    expect(halfBitsOf(65_520)).toBe(0x7c00);
    expect(halfBitsOf(2 ** -26)).toBe(0);
  });
});
