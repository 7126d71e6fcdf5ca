import type { KernelMemory } from './kernels.js';

/** Sorted rows column by column, in the memory that kernels work in. All have the same length. */
export interface SortableRows {
  readonly scores: Float64Array;
  /** By panel. */
  readonly cells: readonly Uint32Array[];
  readonly masses: Float64Array | null;
}

/** A score each, and what goes with it: a cell, or where the rest of the row is. */
export interface Scores {
  readonly scores: Float64Array;
  readonly cells: Uint32Array;
}

/** Whoever takes sorted scores: those from `from` up to, but without, `to`. Each call's scores are above the last one's. */
export type TakeScores = (sorted: Scores, from: number, to: number) => void;

/** So many rows and their counts stay in a processor's own caches: less than a megabyte. */
const settled = 65_536;
/** How often a bucket is parted again before its rows are compared. */
const deepest = 4;
const mostBuckets = 4096;

/**
 * Sorts scores that were put into `rows`; the order among equal scores is left open.
 *
 * Rows are scattered into buckets of equal width between the lowest score and the highest, then each bucket likewise,
 * until one fits the caches, is sorted there and handed out: O(n) for scores that are spread in any way that numbers
 * of 64 bits can be. Rows with the same score always come in one call.
 */
export class ScoreSorter {
  readonly rows: Scores;
  private readonly scratch: Scores;
  private readonly ends: Uint32Array;

  /** @param capacity the most rows that are sorted at a time */
  constructor(
    private readonly memory: KernelMemory,
    capacity: number,
  ) {
    const make = (): Scores => ({
      scores: memory.float64(capacity),
      cells: memory.uint32(capacity),
    });
    [this.rows, this.scratch] = [make(), make()];
    this.ends = memory.uint32(deepest * settled);
  }

  /** Hands out the first rows from the lowest score to the highest. The rows themselves are left in disorder. */
  inOrder(length: number, take: TakeScores): void {
    if (length > 0) this.part(this.rows, this.scratch, 0, length, take);
  }

  private part(rows: Scores, scratch: Scores, from: number, to: number, take: TakeScores): void {
    const { kernels } = this.memory;
    const [scores, cells] = [rows.scores.byteOffset, rows.cells.byteOffset];
    const [others, otherCells] = [scratch.scores.byteOffset, scratch.cells.byteOffset];
    if (to - from <= settled) {
      const { byteOffset: ends } = this.ends;
      const isThere = kernels.settle(scores, cells, others, otherCells, from, to, ends, 0) === 1;
      return take(isThere ? scratch : rows, from, to);
    }
    const buckets = Math.min(mostBuckets, (to - from) >> 9);
    const { byteOffset: counts } = this.ends;
    if (kernels.scatter(scores, cells, others, otherCells, from, to, buckets, counts) === 0) {
      kernels.compare(scores, cells, from, to);
      return take(rows, from, to);
    }
    let start = from;
    // A copy: parts are parted in turn.
    for (const end of this.ends.slice(0, buckets)) {
      if (end > start) this.part(scratch, rows, start, end, take);
      start = end;
    }
  }
}
