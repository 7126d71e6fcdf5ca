/**
 * IEEE 754 binary16 for a Node that has no Float16Array: sign 1 bit, exponent 5, fraction 10; rounds to the
 * nearest, ties to even. Beyond ±65504 (after rounding) it is infinite, as in the standard.
 */
export const halfBitsOf = (value: number): number => {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude >= 65_520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  // In steps of the spacing that numbers of this exponent have; exact, for it is a power of two.
  const steps = roundToEven(magnitude / 2 ** (exponent - 10));
  // Normal numbers carry an implied leading 1 (1024 steps); a carry out of the fraction raises the exponent, as it should.
  return sign | (steps < 1024 ? steps : ((exponent + 14) << 10) + steps);
};

export const halfOfBits = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
};

const roundToEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
};
