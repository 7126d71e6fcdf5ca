/**
 * P(Dₙ < d) of Kolmogorov's statistic by Durbin's matrix: the middle element of n!/nⁿ Hⁿ, where H is of order
 * 2⌈nd⌉ − 1. Time O(⌈nd⌉³ log n).
 *
 * Source: G. Marsaglia, W. W. Tsang and J. Wang, Evaluating Kolmogorov's distribution, Journal of Statistical Software
 * 8 (2003).
 */
export const durbinMatrixCdf = (n: number, d: number): number => {
  const middle = Math.ceil(n * d);
  const order = 2 * middle - 1;
  const power = matrixPower(durbinMatrix(middle - n * d, order), order, n);
  let value = power.elements[(middle - 1) * order + middle - 1] as number;
  let exponent = power.exponent;
  for (let i = 1; i <= n; i += 1) {
    value *= i / n;
    if (value < 1e-140) {
      value *= 1e140;
      exponent -= 140;
    }
  }
  return value * 10 ** exponent;
};

/** Elements by row, to be multiplied by 10^exponent. */
interface Scaled {
  readonly elements: Float64Array;
  readonly exponent: number;
}

const durbinMatrix = (h: number, order: number): Float64Array => {
  const inverseFactorials = new Float64Array(order + 1).fill(1);
  for (let i = 1; i <= order; i += 1)
    inverseFactorials[i] = (inverseFactorials[i - 1] as number) / i;
  const elements = new Float64Array(order * order);
  for (let row = 0; row < order; row += 1)
    for (let column = 1; column < Math.min(order, row + 2); column += 1)
      elements[row * order + column] = inverseFactorials[row - column + 1] as number;
  for (let row = 0; row < order; row += 1) {
    const corner = row === order - 1;
    const twice = corner ? Math.max(0, 2 * h - 1) ** order - 2 * h ** order : -(h ** (row + 1));
    const edge = (1 + twice) * (inverseFactorials[row + 1] as number);
    elements[row * order] = edge;
    elements[(order - 1) * order + (order - 1 - row)] = edge;
  }
  return elements;
};

const matrixPower = (elements: Float64Array, order: number, n: number): Scaled => {
  if (n === 1) return { elements, exponent: 0 };
  const half = matrixPower(elements, order, Math.floor(n / 2));
  const squared = product(half.elements, half.elements, order);
  const whole = n % 2 === 0 ? squared : product(squared, elements, order);
  const middle = (order - 1) / 2;
  const large = (whole[middle * order + middle] as number) > 1e140;
  return {
    elements: large ? whole.map((element) => element * 1e-140) : whole,
    exponent: 2 * half.exponent + (large ? 140 : 0),
  };
};

const product = (a: Float64Array, b: Float64Array, order: number): Float64Array => {
  const result = new Float64Array(order * order);
  for (let row = 0; row < order; row += 1)
    for (let inner = 0; inner < order; inner += 1) {
      const factor = a[row * order + inner] as number;
      if (factor === 0) continue;
      for (let column = 0; column < order; column += 1) {
        const place = row * order + column;
        result[place] = (result[place] as number) + factor * (b[inner * order + column] as number);
      }
    }
  return result;
};
