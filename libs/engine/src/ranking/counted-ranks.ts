import { precisionExponent } from '../sql/scored-relation.js';
import type { PanelComponents } from './pair-components.js';
import { sliceSum, sumsPerSlice, type Members, type SliceRanks } from './slice-ranks.js';
import type { SortableRows } from './sort-rows.js';
import { roundsTo } from './whole-numbers.js';

/*
 * Where the figures of a slice are, from `figures` · slice on. Those "since" are since the last carry: as long as few
 * rows are between two carries, all of them are whole numbers below 2^53, and plain sums of them exact.
 */
const positivesAbove = 0;
const negativesAbove = 1;
/** Twice the rows since, so that they are components: twice the rows below and half of those level. */
const positivesSince = 2;
const negativesSince = 3;
/** Σ x and Σ x² over positives since, of x = negativesSince and the negatives level; likewise of negatives. */
const p1 = 4;
const p2 = 5;
const n1 = 6;
const n2 = 7;
/** Σ of precisions, in multiples of 2^22 and the rest. */
const precisionHigh = 8;
const precisionLow = 9;
const perPositive = 10;
const perNegative = 11;
/** Rows above this score that make the next share of rows. */
const nextShare = 12;
/** The largest distance so far, nearly, and where it is: the score, and what has it or exceeds it. */
const farthest = 13;
const farthestAt = 14;
const farthestPositives = 15;
const farthestNegatives = 16;
const figures = 17;

const perPrecision = 2 ** precisionExponent;
const coarse = roundsTo(22);
/** Σ x² is at most 2^16 · (2 · 2^16)² = 2^50 then. */
const rowsPerCarry = 2 ** 16;
/** Further than two products of 64 bits can be from two quotients. */
const doubt = 1e-14;

/**
 * Ranks rows of a panel that count 1 each within all slices at once, from the lowest score to the highest: the same
 * as `WeightedRanks`, several times as fast, since sums are taken of small numbers that start from 0 at every carry.
 *
 * With B negatives below at the last carry and b since, Σ (2B + 2b)² over k rows is k (2B)² + 2 · 2B Σ 2b + Σ (2b)².
 */
export class CountedRanks {
  private readonly state: Float64Array;
  private readonly tied: Int32Array;
  private readonly touched: Int32Array;
  /** The panel's slices, each once. */
  private readonly own: Int32Array;
  private pending = 0;

  constructor(
    private readonly ranks: SliceRanks,
    private readonly members: Members,
    /** Told the components of each row, if anyone asks for them. */
    private readonly components: PanelComponents | null = null,
  ) {
    const { slices, totals, below } = ranks.masses;
    this.state = new Float64Array(slices * figures);
    this.tied = new Int32Array(2 * slices);
    this.touched = new Int32Array(slices);
    this.own = Int32Array.from(new Set(members.slices));
    for (const slice of this.own) {
      const allNegatives = totals[2 * slice] as number;
      const allPositives = totals[2 * slice + 1] as number;
      const at = slice * figures;
      this.state[at + positivesAbove] = allPositives - (below[2 * slice + 1] as number);
      this.state[at + negativesAbove] = allNegatives - (below[2 * slice] as number);
      const hasBoth = allPositives > 0 && allNegatives > 0;
      this.state[at + perPositive] = hasBoth ? 1 / allPositives : 0;
      this.state[at + perNegative] = hasBoth ? 1 / allNegatives : 0;
      this.state[at + farthest] = hasBoth ? -1 : Infinity;
      this.state[at + nextShare] = allPositives > 0 ? ranks.nextShare(slice) : -1;
    }
  }

  over({ scores }: SortableRows, cells: Uint16Array, from: number, to: number): void {
    for (let start = from; start < to;) {
      const score = scores[start] as number;
      let end = start + 1;
      while (end < to && scores[end] === score) end += 1;
      this.pending += end - start;
      if (this.pending > rowsPerCarry) {
        this.carry();
        this.pending = end - start;
      }
      if (end - start === 1) this.rankOne(score, cells[start] as number);
      else this.rankTied(score, cells, start, end);
      this.components?.tell(cells, start, end);
      start = end;
    }
  }

  /** Ends the sums. */
  carry(): void {
    const { state, ranks } = this;
    const { sums } = ranks;
    const { totals } = ranks.masses;
    for (const slice of this.own) {
      const at = slice * figures;
      const positives = (state[at + positivesSince] as number) / 2;
      const negatives = (state[at + negativesSince] as number) / 2;
      if (Number.isFinite(state[at + farthest]) && (state[at + farthest] as number) >= 0)
        this.look(slice);
      if (positives === 0 && negatives === 0) continue;
      const first = slice * sumsPerSlice;
      // Of positives, what was below; of negatives, what was above and is less by as much as is below since.
      const below =
        2 * ((totals[2 * slice] as number) - (state[at + negativesAbove] as number) - negatives);
      const above = 2 * ((state[at + positivesAbove] as number) + positives);
      ranks.addMoments(first + sliceSum.p1, positives, below);
      sums.add(first + sliceSum.p1, state[at + p1] as number);
      sums.addProduct(first + sliceSum.p2, 2 * below, state[at + p1] as number);
      sums.add(first + sliceSum.p2, state[at + p2] as number);
      ranks.addMoments(first + sliceSum.n1, negatives, above);
      sums.add(first + sliceSum.n1, -(state[at + n1] as number));
      sums.addProduct(first + sliceSum.n2, -2 * above, state[at + n1] as number);
      sums.add(first + sliceSum.n2, state[at + n2] as number);
      sums.add(first + sliceSum.precision, state[at + precisionHigh] as number);
      sums.add(first + sliceSum.precision, state[at + precisionLow] as number);
      state.fill(0, at + positivesSince, at + precisionLow + 1);
    }
    this.pending = 0;
  }

  /** A row of a score of its own, which most rows have. */
  private rankOne(score: number, cell: number): void {
    const { state } = this;
    const levels = this.components?.levels;
    const { totals } = this.ranks.masses;
    const { starts, slices } = this.members;
    const last = starts[(cell >> 1) + 1] as number;
    for (let index = starts[cell >> 1] as number; index < last; index += 1) {
      const slice = slices[index] as number;
      const at = slice * figures;
      const pa = state[at] as number;
      const na = state[at + negativesAbove] as number;
      const above = pa + na;
      if (levels !== undefined)
        levels[2 * slice + (cell & 1)] =
          (cell & 1) === 1 ? 2 * ((totals[2 * slice] as number) - na) : 2 * pa;
      if ((cell & 1) === 1) {
        const x = state[at + negativesSince] as number;
        state[at + p1] = (state[at + p1] as number) + x;
        state[at + p2] = (state[at + p2] as number) + x * x;
        const precision = (pa / above) * perPrecision + 2 ** 52 - 2 ** 52;
        const high = precision + coarse - coarse;
        state[at + precisionHigh] = (state[at + precisionHigh] as number) + high;
        state[at + precisionLow] = (state[at + precisionLow] as number) + (precision - high);
        state[at + positivesSince] = (state[at + positivesSince] as number) + 2;
        state[at] = pa - 1;
      } else {
        const x = state[at + positivesSince] as number;
        state[at + n1] = (state[at + n1] as number) + x;
        state[at + n2] = (state[at + n2] as number) + x * x;
        state[at + negativesSince] = (state[at + negativesSince] as number) + 2;
        state[at + negativesAbove] = na - 1;
      }
      const distance = Math.abs(
        pa * (state[at + perPositive] as number) - na * (state[at + perNegative] as number),
      );
      if (distance > (state[at + farthest] as number) - doubt)
        this.reachDistance(slice, score, distance, pa, na);
      if (above - 1 < (state[at + nextShare] as number))
        this.reach(slice, cell & 1, 1 - (cell & 1), pa, above);
    }
  }

  private rankTied(score: number, cells: Uint16Array, start: number, end: number): void {
    const { tied, own, state } = this;
    // Looking at all slices is faster than noting which of them rows belong to, unless they are many.
    const isEach = own.length <= 2 * (end - start);
    const slices = isEach ? own : this.touched;
    const count = isEach
      ? this.gatherInto(tied, cells, start, end)
      : this.gather(cells, start, end);
    const isMany = end - start > rowsPerCarry;
    const levels = this.components?.levels;
    const { totals } = this.ranks.masses;
    for (let index = 0; index < count; index += 1) {
      const slice = slices[index] as number;
      const negatives = tied[2 * slice] as number;
      const positives = tied[2 * slice + 1] as number;
      if ((negatives | positives) === 0) continue;
      tied[2 * slice] = 0;
      tied[2 * slice + 1] = 0;
      const at = slice * figures;
      const pa = state[at] as number;
      const na = state[at + negativesAbove] as number;
      const above = pa + na;
      if (levels !== undefined) {
        levels[2 * slice] = 2 * pa - positives;
        levels[2 * slice + 1] = 2 * ((totals[2 * slice] as number) - na) + negatives;
      }
      if (isMany) this.addMany(slice, positives, negatives);
      else {
        // Without a branch, though either may be 0.
        const negativesBefore = state[at + negativesSince] as number;
        const positivesBefore = state[at + positivesSince] as number;
        const x = negativesBefore + negatives;
        const sum = positives * x;
        state[at + p1] = (state[at + p1] as number) + sum;
        state[at + p2] = (state[at + p2] as number) + sum * x;
        const z = positivesBefore + positives;
        const other = negatives * z;
        state[at + n1] = (state[at + n1] as number) + other;
        state[at + n2] = (state[at + n2] as number) + other * z;
        const precision = (pa / above) * perPrecision + 2 ** 52 - 2 ** 52;
        const high = precision + coarse - coarse;
        state[at + precisionHigh] = (state[at + precisionHigh] as number) + positives * high;
        state[at + precisionLow] =
          (state[at + precisionLow] as number) + positives * (precision - high);
        state[at + positivesSince] = positivesBefore + 2 * positives;
        state[at + negativesSince] = negativesBefore + 2 * negatives;
      }
      state[at] = pa - positives;
      state[at + negativesAbove] = na - negatives;
      const distance = Math.abs(
        pa * (state[at + perPositive] as number) - na * (state[at + perNegative] as number),
      );
      if (distance > (state[at + farthest] as number) - doubt)
        this.reachDistance(slice, score, distance, pa, na);
      if (above - positives - negatives < (state[at + nextShare] as number))
        this.reach(slice, positives, negatives, pa, above);
    }
    if (isMany) this.pending = 0;
  }

  /** Counts rows of one score by slice and label. @returns how many slices there are */
  private gatherInto(tied: Int32Array, cells: Uint16Array, start: number, end: number): number {
    const { starts, slices } = this.members;
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const last = starts[(cell >> 1) + 1] as number;
      for (let at = starts[cell >> 1] as number; at < last; at += 1) {
        const place = 2 * (slices[at] as number) + (cell & 1);
        tied[place] = (tied[place] as number) + 1;
      }
    }
    return this.own.length;
  }

  /** Likewise, and notes the slices. @returns how many they are */
  private gather(cells: Uint16Array, start: number, end: number): number {
    const { tied, touched } = this;
    const { starts, slices } = this.members;
    let count = 0;
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const last = starts[(cell >> 1) + 1] as number;
      for (let at = starts[cell >> 1] as number; at < last; at += 1) {
        const slice = slices[at] as number;
        const first = 2 * slice;
        if (((tied[first] as number) | (tied[first + 1] as number)) === 0) touched[count++] = slice;
        tied[first + (cell & 1)] = (tied[first + (cell & 1)] as number) + 1;
      }
    }
    return count;
  }

  /** More rows of one score than fit between two carries; the last one was just before. */
  private addMany(slice: number, positives: number, negatives: number): void {
    const { ranks, state } = this;
    const at = slice * figures;
    const first = slice * sumsPerSlice;
    const below =
      (ranks.masses.totals[2 * slice] as number) - (state[at + negativesAbove] as number);
    const above = state[at + positivesAbove] as number;
    ranks.addMoments(first + sliceSum.p1, positives, 2 * below + negatives);
    ranks.addMoments(first + sliceSum.n1, negatives, 2 * above - positives);
    const all = above + (state[at + negativesAbove] as number);
    const precision = (above / all) * perPrecision + 2 ** 52 - 2 ** 52;
    ranks.sums.addProduct(first + sliceSum.precision, positives, precision);
  }

  private reachDistance(
    slice: number,
    score: number,
    distance: number,
    positives: number,
    negatives: number,
  ): void {
    const { state } = this;
    const at = slice * figures;
    if (distance < (state[at + farthest] as number) + doubt)
      this.lookAtBoth(slice, score, positives, negatives);
    state[at + farthest] = distance;
    state[at + farthestAt] = score;
    state[at + farthestPositives] = positives;
    state[at + farthestNegatives] = negatives;
  }

  /** Only two quotients tell which of two distances is the larger when products don't. */
  private lookAtBoth(slice: number, score: number, positives: number, negatives: number): void {
    this.look(slice);
    this.ranks.reachDistance(slice, score, positives, negatives);
  }

  private look(slice: number): void {
    const at = slice * figures;
    this.ranks.reachDistance(
      slice,
      this.state[at + farthestAt] as number,
      this.state[at + farthestPositives] as number,
      this.state[at + farthestNegatives] as number,
    );
  }

  private reach(
    slice: number,
    positives: number,
    negatives: number,
    above: number,
    after: number,
  ): void {
    this.ranks.reachShares(slice, positives, negatives, above, after);
    this.state[slice * figures + nextShare] = this.ranks.nextShare(slice);
  }
}
