import type { PanelComponents, RowComponents } from './pair-components.js';
import { ExactSums, exactSum, type ExactParts } from './exact-sums.js';
import type { SortedPairs } from './sorted-bucket.js';
import { roundsTo } from './whole-numbers.js';

/** Σ w·x·x′ by slice and label, at 2 · slice + label, as a sum of parts in multiples of 2^exponent. */
export type PairSums = readonly { readonly exponent: number; readonly sums: ExactParts }[];

/** Rows that may be looked at together, so that sums of products stay exact, see `CountedProducts`. */
export const mostPaired = 2 ** 25;

/** Adds up products of the structural components of two scores, over the rows of a panel. */
export interface PairProducts {
  /** Rows with components of the other score, when those of the score that they are sorted by are told. */
  over(rows: SortedPairs, from: number, to: number): void;
  result(): PairSums;
}

/** @param panel the panel's position, which its cells and components have, too */
export const productsOf = (
  slices: number,
  panel: number,
  own: RowComponents,
  weighted: boolean,
): PairProducts =>
  weighted ? new WeightedProducts(slices, panel, own) : new CountedProducts(slices, panel, own);

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
    private readonly panel: number,
    private readonly own: RowComponents,
  ) {
    this.high = new Float64Array(2 * slices);
    this.low = new Float64Array(2 * slices);
  }

  over({ cells: allCells, components: others }: SortedPairs, from: number, to: number): void {
    const { high, low, panel } = this;
    const { values, width, panels } = this.own;
    const { places, count, at } = panels[panel] as PanelComponents;
    const cells = allCells[panel] as Uint32Array;
    for (let row = from; row < to; row += 1) {
      const first = (cells[row] as number) * count;
      const own = (row - from) * width + at;
      for (let index = 0; index < count; index += 1) {
        const product = (values[own + index] as number) * (others[own + index] as number);
        const part = product + coarse - coarse;
        const into = places[first + index] as number;
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
    private readonly panel: number,
    private readonly own: RowComponents,
  ) {
    this.sums = [new ExactSums(2 * slices), new ExactSums(2 * slices), new ExactSums(2 * slices)];
  }

  over(
    { cells: allCells, masses, components: others }: SortedPairs,
    from: number,
    to: number,
  ): void {
    const { values, width, panels } = this.own;
    const { places, count, at } = panels[this.panel] as PanelComponents;
    const cells = allCells[this.panel] as Uint32Array;
    for (let row = from; row < to; row += 1) {
      const mass = (masses as Float64Array)[row] as number;
      const first = (cells[row] as number) * count;
      const own = (row - from) * width + at;
      for (let index = 0; index < count; index += 1)
        this.add(
          places[first + index] as number,
          mass,
          values[own + index] as number,
          others[own + index] as number,
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
