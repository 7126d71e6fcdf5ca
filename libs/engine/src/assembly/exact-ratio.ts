/** a / b, rounded once to the nearest number of 64 bits; b is not 0. */
export const ratio = (a: bigint, b: bigint): number => {
  if (a === 0n) return 0;
  const negative = a < 0n !== b < 0n;
  const [above, below] = [a < 0n ? -a : a, b < 0n ? -b : b];
  // So many bits that the quotient has at least 64; a last bit that is set for any rest makes the rounding right.
  const shift = BigInt(Math.max(0, 66 - (bits(above) - bits(below))));
  const quotient = (above << shift) / below;
  const exact = quotient * below === above << shift;
  const value = scaled(exact ? quotient : quotient | 1n, -Number(shift));
  return negative ? -value : value;
};

/** An integer in units of 2^−exponent as a number. */
export const inUnits = (value: bigint, exponent: number): number => scaled(value, -exponent);

/** In two steps, since 2^exponent alone may be out of range. */
const scaled = (value: bigint, exponent: number): number => {
  const half = Math.trunc(exponent / 2);
  return Number(value) * 2 ** half * 2 ** (exponent - half);
};

const bits = (value: bigint): number => value.toString(2).length;
