import { gainShares } from '@sluice/evaluation/scores';
import { ExactSums } from './exact-sums.js';

/** Of each slice: where its sums are, from `sumsPerSlice` · slice on. */
export const sliceSum = { wins: 0, p1: 1, p2: 2, n1: 3, n2: 4, precision: 5 } as const;
export const sumsPerSlice = 6;

const shares = gainShares.length;

/** What is known of slices before their scores are looked at. */
export interface SliceMasses {
  readonly slices: number;
  /** Σ w by slice and label, at 2 · slice + label: of all rows, not only those walked over. */
  readonly totals: Float64Array;
  /** Likewise, of the rows with lower scores than all walked over. */
  readonly below: Float64Array;
}

/** The slices of a panel's rows, by the combination of their codes. */
export interface Members {
  /** Where a combination's slices begin in `slices`; those of the next one are their end. */
  readonly starts: Int32Array;
  readonly slices: Int32Array;
}

export const membersOf = (combinations: readonly (readonly number[])[]): Members => {
  const starts = new Int32Array(combinations.length + 1);
  combinations.forEach((slices, index) => {
    starts[index + 1] = (starts[index] as number) + slices.length;
  });
  return { starts, slices: Int32Array.from(combinations.flat()) };
};

/** The rank statistics of all slices, as far as some of their rows tell them. */
export class SliceRanks {
  readonly sums: ExactSums;
  /** By slice: the largest distance of the classes' distributions, −1 for none, and its score. */
  readonly distance: Float64Array;
  readonly distanceAt: Float64Array;
  /** By slice, then share; NaN where the share is reached among other rows. */
  readonly gains: Float64Array;
  /** By slice, how many shares are yet to be reached. */
  private readonly ahead: Uint8Array;

  constructor(readonly masses: SliceMasses) {
    const { slices } = masses;
    this.sums = new ExactSums(slices * sumsPerSlice);
    this.distance = new Float64Array(slices).fill(-1);
    this.distanceAt = new Float64Array(slices);
    this.gains = new Float64Array(slices * shares).fill(NaN);
    this.ahead = new Uint8Array(slices).fill(shares);
  }

  /** Adds Σ w·x and Σ w·x² of rows with one component, at a sum and the one after it. */
  addMoments(at: number, mass: number, component: number): void {
    const { sums } = this;
    sums.addProduct(at, mass, component);
    const square = component * component;
    if (square < 2 ** 53) return sums.addProduct(at + 1, mass, square);
    // A component as high · 2^18 + low, so that each product of two parts is exact.
    const high = Math.floor(component / 2 ** 18);
    const low = component - high * 2 ** 18;
    sums.addProduct(at + 1, mass, high * high * 2 ** 36);
    sums.addProduct(at + 1, mass, 2 * high * low * 2 ** 18);
    sums.addProduct(at + 1, mass, low * low);
  }

  /** Looks at the distance at a score, which positives and negatives have or exceed. */
  reachDistance(slice: number, score: number, positives: number, negatives: number): void {
    const { totals } = this.masses;
    const own = Math.abs(
      positives / (totals[2 * slice + 1] as number) - negatives / (totals[2 * slice] as number),
    );
    // Among equals the highest score is the one.
    if (own < (this.distance[slice] as number)) return;
    this.distance[slice] = own;
    this.distanceAt[slice] = score;
  }

  /** Rows at and above the score at which the next share is reached are more than this; below 0 when all are. */
  nextShare(slice: number): number {
    const ahead = this.ahead[slice] as number;
    return ahead === 0 ? -1 : (gainShares[ahead - 1] as number) * this.all(slice);
  }

  /** The gains at all shares of rows that are reached at this score, from the largest share down. */
  reachShares(
    slice: number,
    positives: number,
    negatives: number,
    positivesAbove: number,
    after: number,
  ): void {
    const before = after - positives - negatives;
    const allPositives = this.masses.totals[2 * slice + 1] as number;
    let ahead = this.ahead[slice] as number;
    while (ahead > 0) {
      const wanted = (gainShares[ahead - 1] as number) * this.all(slice);
      if (wanted <= before) break;
      ahead -= 1;
      if (wanted > after) continue;
      const part = (wanted - before) / (positives + negatives);
      this.gains[slice * shares + ahead] =
        (positivesAbove - positives + part * positives) / allPositives;
    }
    this.ahead[slice] = ahead;
  }

  private all(slice: number): number {
    const { totals } = this.masses;
    return (totals[2 * slice] as number) + (totals[2 * slice + 1] as number);
  }
}
