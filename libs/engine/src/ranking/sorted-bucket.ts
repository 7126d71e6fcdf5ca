import {
  chunkRows,
  wordsOf,
  type BucketLists,
  type PairArena,
  type PairShape,
} from './pair-arena.js';
import type { KernelMemory } from './kernels.js';
import { ScoreSorter, type SortableRows } from './sort-rows.js';

/** Rows of a bucket in the order of the score that it is sorted by; what else they have is in that order, too. */
export interface SortedPairs extends SortableRows {
  /** The rows' other score, while they have it. */
  readonly others: Float64Array;
  /** Components of the rows' other score, row by row; the first row's are those of `from`. */
  readonly components: Int32Array | Float64Array;
}

const none = new Float64Array(0);

/** The same memory, in words of 32 bits. */
export const wordsOfView = ({ buffer, byteOffset, length }: Float64Array): Int32Array =>
  new Int32Array(buffer, byteOffset, 2 * length);

/**
 * The rows of one bucket at a time, from the chunks of all threads. Scores are sorted with where their rows are, and the
 * rest of the rows is fetched from there.
 */
export class SortedBucket {
  private length = 0;
  /** Scores, and where the rest of their rows is. */
  private readonly sorter: ScoreSorter;
  private readonly scoreWords: Int32Array;
  private readonly cells: readonly Uint32Array[];
  /** By number of a row, but for the score. */
  private readonly numbers: readonly Float64Array[];
  private readonly numberWords: readonly Int32Array[];
  private components: Int32Array | Float64Array = none;
  private componentWords: Int32Array = new Int32Array(0);
  private readonly at: ReturnType<typeof wordsOf>;

  /**
   * @param memory where rows are sorted
   * @param most rows of a bucket
   * @param hasOthers whether rows have their other score, too
   */
  constructor(
    memory: KernelMemory,
    private readonly arena: PairArena,
    private readonly shape: PairShape,
    most: number,
    private readonly hasOthers: boolean,
  ) {
    this.sorter = new ScoreSorter(memory, most);
    this.scoreWords = wordsOfView(this.sorter.rows.scores);
    this.cells = Array.from({ length: shape.panels }, () => memory.uint32(most));
    this.numbers = Array.from({ length: shape.numbers - 1 }, () => memory.float64(most));
    this.numberWords = this.numbers.map(wordsOfView);
    this.at = wordsOf(shape);
  }

  /**
   * Hands out the rows of a bucket from the lowest score to the highest, see `ScoreSorter`, then gives back their chunks.
   *
   * @param numbers by thread and panel, the numbers of its combinations; none where cells have them already
   */
  inOrder(
    lists: readonly BucketLists[],
    bucket: number,
    numbers: readonly (readonly Uint16Array[])[] | null,
    take: (rows: SortedPairs, from: number, to: number) => void,
  ): void {
    this.length = 0;
    lists.forEach((own, thread) => this.load(own, bucket, numbers?.[thread] ?? null));
    const { sorter, cells } = this;
    const [others, masses] = this.hasOthers
      ? [this.numbers[0] as Float64Array, this.numbers[1] ?? null]
      : [none, this.numbers[0] ?? null];
    sorter.inOrder(this.length, ({ scores, cells: places }, from, to) => {
      this.fetch(places, from, to);
      const { components } = this;
      take({ scores, cells, masses, others, components }, from, to);
    });
    for (const own of lists)
      this.arena.release(own.chunks.subarray(own.starts[bucket], own.starts[bucket + 1]));
  }

  private load(
    { chunks, starts, rows }: BucketLists,
    bucket: number,
    numbers: readonly Uint16Array[] | null,
  ): void {
    let left = rows[bucket] as number;
    for (let at = starts[bucket] as number; left > 0; at += 1, left -= chunkRows) {
      const first = (chunks[at] as number) * this.arena.stride;
      const count = Math.min(left, chunkRows);
      this.loadScores(first, count);
      numbers?.forEach((own, panel) => this.renumber(first + this.at.cells + panel, count, own));
    }
  }

  private loadScores(first: number, count: number): void {
    const { words } = this.arena;
    const { all } = this.at;
    const { scoreWords: into } = this;
    const { scores, cells: places } = this.sorter.rows;
    let row = this.length;
    for (let at = first; at < first + count * all; at += all, row += 1) {
      into[2 * row] = words[at] as number;
      into[2 * row + 1] = words[at + 1] as number;
      places[row] = at;
    }
    // Adding 0 makes −0 into 0.
    for (let index = this.length; index < row; index += 1)
      scores[index] = (scores[index] as number) + 0;
    this.length = row;
  }

  /** Makes the numbers of combinations that a thread gave into those that all threads know. */
  private renumber(first: number, count: number, numbers: Uint16Array): void {
    const { words } = this.arena;
    const { all } = this.at;
    for (let at = first; at < first + count * all; at += all) {
      const cell = words[at] as number;
      words[at] = 2 * (numbers[cell >> 1] as number) + (cell & 1);
    }
  }

  /** Fetches what rows have beside their score. */
  private fetch(places: Uint32Array, from: number, to: number): void {
    const { at, arena } = this;
    this.numberWords.forEach((into, number) =>
      fetchPairs(arena.words, places, 2 * number + 2, into, from, to),
    );
    this.cells.forEach((into, panel) =>
      fetchCells(arena.words, places, at.cells + panel, into, from, to),
    );
    if (this.shape.components > 0) this.fetchComponents(places, from, to);
  }

  private fetchComponents(places: Uint32Array, from: number, to: number): void {
    const { words } = this.arena;
    const { components: first, cells } = this.at;
    const width = cells - first;
    const length = (to - from) * this.shape.components;
    if (length > this.components.length) {
      this.components = this.shape.wide ? new Float64Array(2 * length) : new Int32Array(2 * length);
      this.componentWords = new Int32Array(this.components.buffer);
    }
    const { componentWords: into } = this;
    for (let row = from, next = 0; row < to; row += 1) {
      const own = (places[row] as number) + first;
      for (let index = 0; index < width; index += 1, next += 1)
        into[next] = words[own + index] as number;
    }
  }
}

const fetchPairs = (
  words: Int32Array,
  places: Uint32Array,
  at: number,
  into: Int32Array,
  from: number,
  to: number,
): void => {
  for (let row = from; row < to; row += 1) {
    const own = (places[row] as number) + at;
    into[2 * row] = words[own] as number;
    into[2 * row + 1] = words[own + 1] as number;
  }
};

const fetchCells = (
  words: Int32Array,
  places: Uint32Array,
  at: number,
  into: Uint32Array,
  from: number,
  to: number,
): void => {
  for (let row = from; row < to; row += 1)
    into[row] = words[(places[row] as number) + at] as number;
};

/** The most rows of a bucket from one up to, but without, another. */
export const longestBucket = (lists: readonly BucketLists[], from: number, to: number): number => {
  let longest = 0;
  for (let bucket = from; bucket < to; bucket += 1)
    longest = Math.max(
      longest,
      lists.reduce((sum, { rows }) => sum + (rows[bucket] as number), 0),
    );
  return longest;
};
