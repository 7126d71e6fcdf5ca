/** To the nearest whole number, ties to the even one as casts of SQL do; larger numbers of 64 bits are whole. */
export const whole = (value: number): number => {
  const all = 2 ** 52;
  if (value >= all || value <= -all) return value;
  return value < 0 ? value - all + all : value + all - all;
};

/**
 * What rounds a number to a multiple of 2^bits when it is added and taken away again: at 1.5 · 2^(52 + bits), numbers
 * of 64 bits are that far apart. The number has to be smaller than 2^(51 + bits).
 */
export const roundsTo = (bits: number): number => 1.5 * 2 ** (52 + bits);
