/**
 * P(D ≥ d) of the two-sample Kolmogorov–Smirnov statistic of samples of n and m rows from one continuous distribution.
 *
 * Exact: every order of the n + m rows is a lattice path from (0, 0) to (n, m), all as likely. p(x, y), the share of
 * the paths to (x, y) that have been where |x/n − y/m| ≥ d, is 1 there and (x p(x − 1, y) + y p(x, y − 1)) / (x + y)
 * elsewhere. No term is subtracted, so small tails keep their digits. Time O(n · m · d): of 10,000 rows each some 0.1 s
 * without a shift, and seconds with a large one; memory O(m).
 *
 * @param d a possible value of the statistic, a multiple of 1 / lcm(n, m) up to rounding
 *
 * Source: T. Viehmann, Numerically more stable computation of the p-values for the two-sample Kolmogorov–Smirnov test
 * (2021).
 */
export const smirnovExactTail = (n: number, m: number, d: number): number => {
  const [long, short] = n >= m ? [n, m] : [m, n];
  const divisor = greatestCommonDivisor(long, short);
  const stepLong = short / divisor;
  const stepShort = long / divisor;
  // In units of 1 / lcm, all is in integers.
  const height = Math.round(d * stepLong * long);
  if (height === 0) return 1;
  // By Wei and Dudley's inequality p is below 4.4 exp(−2 d² nm / (n + m)), which is nothing in a double from here on.
  if ((2 * d * d * n * m) / (n + m) > 750) return 0;
  let column = firstColumn(short, stepShort, height);
  for (let x = 1; x <= long; x += 1) {
    const lowest = Math.max(0, Math.floor((stepLong * x - height) / stepShort) + 1);
    const highest = Math.min(short, Math.ceil((stepLong * x + height) / stepShort) - 1);
    if (lowest > highest) return 1;
    column = nextColumn(column, x, lowest, highest);
  }
  return column.outside[short] as number;
};

/** p(x, ·): 1 except from `lowest` to `highest`, where the array holds it. */
interface Column {
  readonly lowest: number;
  readonly highest: number;
  readonly outside: Float64Array;
}

const firstColumn = (short: number, step: number, height: number): Column => {
  const outside = new Float64Array(short + 1).fill(1);
  const highest = Math.min(short, Math.ceil(height / step) - 1);
  outside.fill(0, 0, highest + 1);
  return { lowest: 0, highest, outside };
};

/** In place: below the window nothing is read again, and above it everything is still 1. */
const nextColumn = ({ outside }: Column, x: number, lowest: number, highest: number): Column => {
  let below = lowest === 0 ? 0 : 1;
  for (let y = lowest; y <= highest; y += 1) {
    below = (x * (outside[y] as number) + y * below) / (x + y);
    outside[y] = below;
  }
  return { lowest, highest, outside };
};

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
