import { componentExponent } from '../sql/ranks-sql.js';
import { precisionExponent } from '../sql/scored-relation.js';
import type { PanelComponents } from './pair-components.js';
import { sliceSum, sumsPerSlice, type Members, type SliceRanks } from './slice-ranks.js';
import type { SortableRows } from './sort-rows.js';
import { whole } from './whole-numbers.js';

/** Ranks weighted rows of a panel within all slices at once, from the lowest score to the highest. */
export class WeightedRanks {
  private readonly below: Float64Array;
  private readonly tied: Float64Array;
  private readonly touched: Int32Array;

  constructor(
    private readonly ranks: SliceRanks,
    private readonly members: Members,
    /** Told the components of each row, if anyone asks for them. */
    private readonly components: PanelComponents | null = null,
  ) {
    const { slices, below } = ranks.masses;
    this.below = below.slice();
    this.tied = new Float64Array(2 * slices);
    this.touched = new Int32Array(slices);
  }

  over(rows: SortableRows, cells: Uint32Array, from: number, to: number): void {
    const { scores } = rows;
    const masses = rows.masses as Float64Array;
    for (let start = from; start < to;) {
      const score = scores[start] as number;
      let end = start + 1;
      while (end < to && scores[end] === score) end += 1;
      const count = this.gather(masses, cells, start, end);
      for (let index = 0; index < count; index += 1)
        this.rank(score, this.touched[index] as number);
      this.components?.tell(cells, start, end);
      start = end;
    }
  }

  /** There is nothing to carry: sums are exact all along. */
  carry(): void {}

  /** Adds up rows of one score by slice and label. @returns how many slices they belong to */
  private gather(masses: Float64Array, cells: Uint32Array, start: number, end: number): number {
    const { tied, touched } = this;
    const { starts, slices } = this.members;
    let count = 0;
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const mass = masses[row] as number;
      const last = starts[(cell >> 1) + 1] as number;
      for (let at = starts[cell >> 1] as number; at < last; at += 1) {
        const slice = slices[at] as number;
        const first = 2 * slice;
        if (tied[first] === 0 && tied[first + 1] === 0 && mass > 0) touched[count++] = slice;
        tied[first + (cell & 1)] = (tied[first + (cell & 1)] as number) + mass;
      }
    }
    return count;
  }

  /** Ranks the rows of one score within a slice that they belong to. */
  private rank(score: number, slice: number): void {
    const { ranks, tied, below } = this;
    const { totals } = ranks.masses;
    const first = 2 * slice;
    const negatives = tied[first] as number;
    const positives = tied[first + 1] as number;
    const negativesBelow = below[first] as number;
    const positivesBelow = below[first + 1] as number;
    tied[first] = 0;
    tied[first + 1] = 0;
    below[first] = negativesBelow + negatives;
    below[first + 1] = positivesBelow + positives;
    const allNegatives = totals[first] as number;
    const allPositives = totals[first + 1] as number;
    // With this score or a higher one.
    const negativesAbove = allNegatives - negativesBelow;
    const positivesAbove = allPositives - positivesBelow;
    const above = positivesAbove + negativesAbove;
    const at = slice * sumsPerSlice;
    const wins = 2 * negativesBelow + negatives;
    const ofPositives = inUnits(wins, allNegatives);
    const ofNegatives = inUnits(2 * positivesAbove - positives, allPositives);
    if (this.components !== null) {
      this.components.levels[first] = ofNegatives;
      this.components.levels[first + 1] = ofPositives;
    }
    if (positives > 0) {
      const precision = whole((positivesAbove / above) * 2 ** precisionExponent);
      ranks.sums.addProduct(at + sliceSum.wins, positives, wins);
      ranks.addMoments(at + sliceSum.p1, positives, ofPositives);
      ranks.sums.addProduct(at + sliceSum.precision, positives, precision);
    }
    if (negatives > 0) ranks.addMoments(at + sliceSum.n1, negatives, ofNegatives);
    if (allPositives === 0) return;
    if (allNegatives > 0) ranks.reachDistance(slice, score, positivesAbove, negativesAbove);
    if (above - positives - negatives < ranks.nextShare(slice))
      ranks.reachShares(slice, positives, negatives, positivesAbove, above);
  }
}

const inUnits = (numerator: number, others: number): number =>
  others > 0 ? whole((numerator / (2 * others)) * 2 ** componentExponent) : 0;
