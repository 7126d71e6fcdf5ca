import type { ComponentRows } from './pair-components.js';
import { ExactSums, exactSum, type ExactParts } from './exact-sums.js';
import type { Members } from './slice-ranks.js';
import type { SortedPairs } from './sorted-bucket.js';
import { roundsTo } from './whole-numbers.js';

/** Σ w·x·x′ by slice and label, at 2 · slice + label, as a sum of parts in multiples of 2^exponent. */
export type PairSums = readonly { readonly exponent: number; readonly sums: ExactParts }[];

/** Rows that may be looked at together, so that sums of products stay exact, see `CountedProducts`. */
export const mostPaired = 2 ** 25;

/** Adds up products of the structural components of two scores, over the rows of a panel. */
export interface PairProducts {
  /**
   * @param own components of the rows, from `from` on
   * @param others those of their other score, by the place of a row
   */
  over(
    rows: SortedPairs,
    panel: number,
    from: number,
    to: number,
    own: ComponentRows,
    others: ComponentRows['values'],
  ): void;
  result(): PairSums;
}

export const productsOf = (slices: number, members: Members, weighted: boolean): PairProducts =>
  weighted ? new WeightedProducts(slices, members) : new CountedProducts(slices, members);

/** The sum at an index, of several walks. */
export const pairSum = (walks: readonly PairSums[], index: number): bigint =>
  walks
    .flat()
    .reduce((sum, { exponent, sums }) => sum + (exactSum([sums], index) << BigInt(exponent)), 0n);

const coarse = roundsTo(26);

/**
 * Of rows that count 1 each. With up to 2^25 of them components are below 2^26 and products below 2^52. Sums of
 * their multiples of 2^26, and of the rest, are then below 2^77 and 2^50: exact in plain numbers of 64 bits.
 */
class CountedProducts implements PairProducts {
  private readonly high: Float64Array;
  private readonly low: Float64Array;

  constructor(
    slices: number,
    private readonly members: Members,
  ) {
    this.high = new Float64Array(2 * slices);
    this.low = new Float64Array(2 * slices);
  }

  over(
    { cells: allCells, places }: SortedPairs,
    panel: number,
    from: number,
    to: number,
    { values, width, at }: ComponentRows,
    others: ComponentRows['values'],
  ): void {
    const cells = allCells[panel] as Uint16Array;
    const { high, low } = this;
    const { starts, slices } = this.members;
    for (let row = from; row < to; row += 1) {
      const cell = cells[row] as number;
      const first = starts[cell >> 1] as number;
      const count = (starts[(cell >> 1) + 1] as number) - first;
      const own = (row - from) * width + at;
      const other = (places[row] as number) * width + at;
      for (let index = 0; index < count; index += 1) {
        const product = (values[own + index] as number) * (others[other + index] as number);
        const part = product + coarse - coarse;
        const into = 2 * (slices[first + index] as number) + (cell & 1);
        high[into] = (high[into] as number) + part;
        low[into] = (low[into] as number) + (product - part);
      }
    }
  }

  result(): PairSums {
    return [{ exponent: 0, sums: { high: this.high, low: this.low } }];
  }
}

const halfBits = 18;
const half = 2 ** halfBits;

/**
 * Of weighted rows. Components are at most 2^36: as high · 2^18 + low, the products of two of them fall into three sums,
 * each below 2^91 with all weights together below 2^53.
 */
class WeightedProducts implements PairProducts {
  private readonly sums: readonly [ExactSums, ExactSums, ExactSums];

  constructor(
    slices: number,
    private readonly members: Members,
  ) {
    this.sums = [new ExactSums(2 * slices), new ExactSums(2 * slices), new ExactSums(2 * slices)];
  }

  over(
    { cells: allCells, masses, places }: SortedPairs,
    panel: number,
    from: number,
    to: number,
    { values, width, at }: ComponentRows,
    others: ComponentRows['values'],
  ): void {
    const cells = allCells[panel] as Uint16Array;
    const { starts, slices } = this.members;
    for (let row = from; row < to; row += 1) {
      const cell = cells[row] as number;
      const mass = (masses as Float64Array)[row] as number;
      const first = starts[cell >> 1] as number;
      const count = (starts[(cell >> 1) + 1] as number) - first;
      const own = (row - from) * width + at;
      const other = (places[row] as number) * width + at;
      for (let index = 0; index < count; index += 1)
        this.add(
          2 * (slices[first + index] as number) + (cell & 1),
          mass,
          values[own + index] as number,
          others[other + index] as number,
        );
    }
  }

  result(): PairSums {
    return this.sums.map(({ high, low }, part) => ({
      exponent: part * halfBits,
      sums: { high, low },
    }));
  }

  private add(index: number, mass: number, a: number, b: number): void {
    const [low, middle, high] = this.sums;
    const highA = Math.floor(a / half);
    const lowA = a - highA * half;
    const highB = Math.floor(b / half);
    const lowB = b - highB * half;
    high.addProduct(index, mass, highA * highB);
    middle.addProduct(index, mass, highA * lowB + lowA * highB);
    low.addProduct(index, mass, lowA * lowB);
  }
}
