import { chunkRows, type BucketLists, type ChunkLayout, type PairArena } from './pair-arena.js';
import { takeInOrder, type SortableRows } from './sort-rows.js';

/** Rows of a bucket in the order of the score that it is sorted by. */
export interface SortedPairs extends SortableRows {
  readonly cells: readonly Uint16Array[];
  /** The rows' other score, while they have it. */
  readonly others: Float64Array;
  /** Where each row is among those that were loaded. */
  readonly places: Uint32Array;
}

interface LoadedRows {
  readonly numbers: readonly Float64Array[];
  readonly components: Int32Array | Float64Array;
  readonly cells: readonly Uint16Array[];
}

const none = new Float64Array(0);

/** The rows of one bucket at a time, together from the chunks of all threads. The memory is that of the largest. */
export class SortedBucket {
  private length = 0;
  private capacity = 0;
  private loaded: LoadedRows = { numbers: [], components: none, cells: [] };
  private sorted: LoadedRows = this.loaded;
  private places = new Uint32Array(0);
  private scratch: SortableRows = { scores: none, cells: [], masses: null };

  /** @param hasOthers whether rows have their other score, too */
  constructor(
    private readonly arena: PairArena,
    private readonly layout: ChunkLayout,
    private readonly hasOthers: boolean,
  ) {}

  /** By the place of a row, as they were loaded. */
  get components(): Int32Array | Float64Array {
    return this.loaded.components;
  }

  /**
   * Loads the rows of a bucket and gives back their chunks.
   *
   * @param numbers by thread and panel, the numbers of its combinations; none where cells have them already
   */
  load(
    lists: readonly BucketLists[],
    bucket: number,
    numbers: readonly (readonly Uint16Array[])[] | null,
  ): void {
    this.length = 0;
    this.reserve(lists.reduce((sum, { rows }) => sum + (rows[bucket] as number), 0));
    lists.forEach(({ chunks, starts, rows }, thread) => {
      const own = chunks.subarray(starts[bucket], starts[bucket + 1]);
      let left = rows[bucket] as number;
      for (const chunk of own) {
        this.copy(chunk, Math.min(left, chunkRows), numbers?.[thread] ?? null);
        left -= chunkRows;
      }
      this.arena.release(own);
    });
  }

  /** Hands out the rows from the lowest score to the highest, see `takeInOrder`. */
  inOrder(take: (rows: SortedPairs, from: number, to: number) => void): void {
    const { length, places, sorted } = this;
    for (let row = 0; row < length; row += 1) places[row] = row;
    const rows = {
      scores: this.loaded.numbers[0] as Float64Array,
      cells: [places],
      masses: null,
    };
    const masses = sorted.numbers[this.hasOthers ? 2 : 1] ?? null;
    const others = this.hasOthers ? (sorted.numbers[1] as Float64Array) : none;
    takeInOrder(rows, this.scratch, length, ({ scores, cells }, from, to) => {
      const inOrder = cells[0] as Uint32Array;
      this.gather(inOrder, from, to);
      take({ scores, cells: sorted.cells, masses, others, places: inOrder }, from, to);
    });
  }

  /** Puts what rows have beside their score into the order of some of them. */
  private gather(places: Uint32Array, from: number, to: number): void {
    const { loaded, sorted } = this;
    for (let column = 1; column < loaded.numbers.length; column += 1)
      pick(
        loaded.numbers[column] as Float64Array,
        sorted.numbers[column] as Float64Array,
        places,
        from,
        to,
      );
    loaded.cells.forEach((cells, panel) => {
      const into = sorted.cells[panel] as Uint16Array;
      for (let row = from; row < to; row += 1) into[row] = cells[places[row] as number] as number;
    });
  }

  private copy(chunk: number, rows: number, numbers: readonly Uint16Array[] | null): void {
    const { layout, loaded, length, arena } = this;
    const { strides, shape } = layout;
    loaded.numbers.forEach((into, column) => {
      const from = chunk * strides.numbers + column * chunkRows;
      into.set(arena.numbers.subarray(from, from + rows), length);
    });
    const { components: width } = shape;
    const first = chunk * strides.components + layout.componentsAt;
    if (width > 0)
      loaded.components.set(
        layout.components.subarray(first, first + rows * width),
        length * width,
      );
    loaded.cells.forEach((into, panel) => {
      const from = chunk * strides.cells + layout.cellsAt(panel);
      const own = numbers?.[panel];
      if (own === undefined) into.set(arena.cells.subarray(from, from + rows), length);
      else
        for (let row = 0; row < rows; row += 1) {
          const cell = arena.cells[from + row] as number;
          into[length + row] = 2 * (own[cell >> 1] as number) + (cell & 1);
        }
    });
    this.length += rows;
  }

  private reserve(rows: number): void {
    if (rows <= this.capacity) return;
    this.capacity = Math.ceil(1.2 * rows);
    const { capacity } = this;
    const { numbers, components, panels, wide } = this.layout.shape;
    const make = (width: number): LoadedRows => ({
      numbers: Array.from({ length: numbers }, () => new Float64Array(capacity)),
      components: wide ? new Float64Array(capacity * width) : new Int32Array(capacity * width),
      cells: Array.from({ length: panels }, () => new Uint16Array(capacity)),
    });
    this.loaded = make(components);
    this.sorted = make(0);
    this.places = new Uint32Array(capacity);
    this.scratch = {
      scores: new Float64Array(capacity),
      cells: [new Uint32Array(capacity)],
      masses: null,
    };
  }
}

const pick = (
  values: Float64Array,
  into: Float64Array,
  places: Uint32Array,
  from: number,
  to: number,
): void => {
  for (let row = from; row < to; row += 1) into[row] = values[places[row] as number] as number;
};
