import { precisionExponent } from '../sql/scored-relation.js';
import type { KernelMemory, RankCalls } from './kernels.js';
import type { PanelComponents } from './pair-components.js';
import { sliceSum, sumsPerSlice, type Members, type SliceRanks } from './slice-ranks.js';
import type { SortableRows } from './sort-rows.js';
import { roundsTo, whole } from './whole-numbers.js';

/** Where the figures of a slice are, from `figures` · slice on: see `Figures` of the kernel. */
const figure = {
  positivesAbove: 0,
  negativesAbove: 1,
  positivesSince: 2,
  negativesSince: 3,
  p1: 4,
  n1: 5,
  p2: 6,
  n2: 7,
  precisionHigh: 8,
  precisionLow: 9,
  perPositive: 10,
  perNegative: 11,
  nextShare: 12,
  farthest: 13,
  farthestAt: 14,
  farthestPositives: 15,
  farthestNegatives: 16,
} as const;
const figures = 17;

const perPrecision = 2 ** precisionExponent;
/** Makes a positive number below it whole, ties to even. */
const fine = 2 ** 52;
const coarse = roundsTo(22);
/** Σ x² is at most 2^16 · (2 · 2^16)² = 2^50 then. */
const rowsPerCarry = 2 ** 16;
/** Further than two products of 64 bits can be from two quotients. */
const doubt = 1e-14;

/**
 * Ranks rows of a panel that count 1 each within all slices at once, from the lowest score to the highest: the same
 * as `WeightedRanks`, several times as fast, since sums are taken of small numbers that start from 0 at every carry,
 * by a kernel. What happens but now and then is done here.
 *
 * With B negatives below at the last carry and b since, Σ (2B + 2b)² over k rows is k (2B)² + 2 · 2B Σ 2b + Σ (2b)².
 */
export class CountedRanks implements RankCalls {
  private readonly state: Float64Array;
  /** The panel's slices, each once. */
  private readonly own: Int32Array;
  private readonly address: number;
  private cells: Uint32Array = new Uint32Array(0);

  constructor(
    private readonly memory: KernelMemory,
    private readonly ranks: SliceRanks,
    members: Members,
    /** Told the components of each row, if anyone asks for them. */
    private readonly components: PanelComponents | null = null,
  ) {
    const { slices, totals, below } = ranks.masses;
    this.state = memory.float64(slices * figures);
    this.own = memory.int32([...new Set(members.slices)]);
    for (const slice of this.own) {
      const allNegatives = totals[2 * slice] as number;
      const allPositives = totals[2 * slice + 1] as number;
      const at = slice * figures;
      this.state[at + figure.positivesAbove] = allPositives - (below[2 * slice + 1] as number);
      this.state[at + figure.negativesAbove] = allNegatives - (below[2 * slice] as number);
      const hasBoth = allPositives > 0 && allNegatives > 0;
      this.state[at + figure.perPositive] = hasBoth ? 1 / allPositives : 0;
      this.state[at + figure.perNegative] = hasBoth ? 1 / allNegatives : 0;
      this.state[at + figure.farthest] = hasBoth ? -1 : Infinity;
      this.state[at + figure.nextShare] = allPositives > 0 ? ranks.nextShare(slice) : -1;
    }
    const negatives = Array.from({ length: slices }, (_, slice) => totals[2 * slice] as number);
    this.address = memory.struct(
      [perPrecision, fine, coarse, doubt],
      [
        memory.listen(this),
        0,
        rowsPerCarry,
        this.state.byteOffset,
        memory.int32(2 * slices).byteOffset,
        this.own.byteOffset,
        this.own.length,
        memory.int32(slices).byteOffset,
        memory.int32(members.starts).byteOffset,
        memory.int32(members.slices).byteOffset,
        components?.levels.byteOffset ?? 0,
        memory.float64(negatives).byteOffset,
      ],
    );
  }

  over({ scores }: SortableRows, cells: Uint32Array, from: number, to: number): void {
    this.cells = cells;
    this.memory.kernels.rank(this.address, scores.byteOffset, cells.byteOffset, from, to);
  }

  /** Ends the sums. */
  carry(): void {
    const { state, ranks } = this;
    const { sums } = ranks;
    const { totals } = ranks.masses;
    for (const slice of this.own) {
      const at = slice * figures;
      const positives = (state[at + figure.positivesSince] as number) / 2;
      const negatives = (state[at + figure.negativesSince] as number) / 2;
      if (
        Number.isFinite(state[at + figure.farthest]) &&
        (state[at + figure.farthest] as number) >= 0
      )
        this.look(slice);
      if (positives === 0 && negatives === 0) continue;
      const first = slice * sumsPerSlice;
      // Of positives, what was below; of negatives, what was above and is less by as much as is below since.
      const below =
        2 *
        ((totals[2 * slice] as number) - (state[at + figure.negativesAbove] as number) - negatives);
      const above = 2 * ((state[at + figure.positivesAbove] as number) + positives);
      ranks.addMoments(first + sliceSum.p1, positives, below);
      sums.add(first + sliceSum.p1, state[at + figure.p1] as number);
      sums.addProduct(first + sliceSum.p2, 2 * below, state[at + figure.p1] as number);
      sums.add(first + sliceSum.p2, state[at + figure.p2] as number);
      ranks.addMoments(first + sliceSum.n1, negatives, above);
      sums.add(first + sliceSum.n1, -(state[at + figure.n1] as number));
      sums.addProduct(first + sliceSum.n2, -2 * above, state[at + figure.n1] as number);
      sums.add(first + sliceSum.n2, state[at + figure.n2] as number);
      sums.add(first + sliceSum.precision, state[at + figure.precisionHigh] as number);
      sums.add(first + sliceSum.precision, state[at + figure.precisionLow] as number);
      state.fill(0, at + figure.positivesSince, at + figure.precisionLow + 1);
    }
  }

  /** More rows of one score than fit between two carries; the last one was just before. */
  many(slice: number, positives: number, negatives: number): void {
    const { ranks, state } = this;
    const at = slice * figures;
    const first = slice * sumsPerSlice;
    const below =
      (ranks.masses.totals[2 * slice] as number) - (state[at + figure.negativesAbove] as number);
    const above = state[at + figure.positivesAbove] as number;
    ranks.addMoments(first + sliceSum.p1, positives, 2 * below + negatives);
    ranks.addMoments(first + sliceSum.n1, negatives, 2 * above - positives);
    const all = above + (state[at + figure.negativesAbove] as number);
    const precision = whole((above / all) * perPrecision);
    ranks.sums.addProduct(first + sliceSum.precision, positives, precision);
  }

  /** Only two quotients tell which of two distances is the larger when products don't. */
  lookAtBoth(slice: number, score: number, positives: number, negatives: number): void {
    this.look(slice);
    this.ranks.reachDistance(slice, score, positives, negatives);
  }

  tell(from: number, to: number): void {
    this.components?.tell(this.cells, from, to);
  }

  private look(slice: number): void {
    const at = slice * figures;
    this.ranks.reachDistance(
      slice,
      this.state[at + figure.farthestAt] as number,
      this.state[at + figure.farthestPositives] as number,
      this.state[at + figure.farthestNegatives] as number,
    );
  }

  reach(slice: number, positives: number, negatives: number, above: number, after: number): void {
    this.ranks.reachShares(slice, positives, negatives, above, after);
    this.state[slice * figures + figure.nextShare] = this.ranks.nextShare(slice);
  }
}
