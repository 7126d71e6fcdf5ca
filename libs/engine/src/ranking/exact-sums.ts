/** Splits a number of 53 bits into halves whose products are exact: 2^27 + 1. */
const splitter = 134217729;
const exactBelow = 2 ** 53;

/**
 * Sums of whole numbers in two numbers of 64 bits each: exact up to 106 bits, and so the same in whatever order they
 * are taken.
 *
 * Source: T. J. Dekker, A floating-point technique for extending the available precision, Numerische Mathematik 18
 * (1971); D. E. Knuth's TwoSum.
 */
export class ExactSums {
  readonly high: Float64Array;
  readonly low: Float64Array;

  constructor(count: number) {
    this.high = new Float64Array(count);
    this.low = new Float64Array(count);
  }

  add(index: number, value: number): void {
    const known = this.high[index] as number;
    const sum = known + value;
    const part = sum - known;
    this.low[index] = (this.low[index] as number) + (known - (sum - part) + (value - part));
    this.high[index] = sum;
  }

  /** Adds a product of two whole numbers of up to 53 bits each. */
  addProduct(index: number, a: number, b: number): void {
    const product = a * b;
    this.add(index, product);
    if (Math.abs(product) < exactBelow) return;
    const splitA = splitter * a;
    const highA = splitA - (splitA - a);
    const lowA = a - highA;
    const splitB = splitter * b;
    const highB = splitB - (splitB - b);
    const lowB = b - highB;
    this.add(index, lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB));
  }
}

/** The sum at an index, of several parts. */
export const exactSum = (parts: readonly ExactParts[], index: number): bigint =>
  parts.reduce(
    (sum, { high, low }) => sum + BigInt(high[index] as number) + BigInt(low[index] as number),
    0n,
  );

/** What is left of ExactSums once they have crossed from another thread. */
export type ExactParts = Pick<ExactSums, 'high' | 'low'>;
