import { cellsAt, chunkRows, massesAt, type BucketedPart } from './bucketed-rows.js';
import type { KernelMemory } from './kernels.js';
import { ScoreSorter, type Scores, type SortableRows } from './sort-rows.js';

/** Rows of some buckets, which several threads put there. */
export interface OrderedRows {
  readonly parts: readonly BucketedPart[];
  /** Of each part, by panel, what its cells are called here. */
  readonly cells: readonly (readonly Uint16Array[])[];
  /** The first bucket, and the one after the last. */
  readonly from: number;
  readonly to: number;
}

/** Whoever takes sorted rows: those from `from` up to, but without, `to`. Each call's scores are above the last one's. */
type TakeRows = (rows: SortableRows, from: number, to: number) => void;

/** Rows of a part that lie together: so many of a chunk. */
interface Range {
  readonly part: number;
  readonly chunk: number;
  readonly rows: number;
}

/** Hands out all rows from the lowest score to the highest, in memory that kernels work in. */
export const takeBuckets = (memory: KernelMemory, ordered: OrderedRows, take: TakeRows): void => {
  const [first] = ordered.parts;
  if (first === undefined) return;
  const { panels, weighted } = first.layout;
  const buckets = rangesByBucket(ordered);
  const longest = buckets.reduce((most, ranges) => Math.max(most, lengthOf(ranges)), 0);
  const sorter = new ScoreSorter(memory, longest);
  // A cell goes with its score where that is all there is.
  const isAlone = panels === 1 && !weighted;
  const rest = isAlone ? null : new RestOfRows(memory, longest, panels, weighted);
  const loader = new ChunkLoader(memory, ordered, sorter.rows, rest);
  for (const ranges of buckets) {
    let length = 0;
    for (const range of ranges) {
      loader.load(range, length);
      length += range.rows;
    }
    sorter.inOrder(length, (sorted, from, to) =>
      take(
        rest?.fetched(sorted, from, to) ?? {
          scores: sorted.scores,
          cells: [sorted.cells],
          masses: null,
        },
        from,
        to,
      ),
    );
  }
};

const rangesByBucket = ({ parts, from, to }: OrderedRows): Range[][] => {
  const buckets: Range[][] = Array.from({ length: to - from }, () => []);
  parts.forEach(({ owners, next }, part) => {
    owners.forEach((owner, chunk) => {
      if (owner < from || owner >= to) return;
      const start = chunk * chunkRows;
      const end = next[owner] as number;
      // Only the bucket's last chunk may not be full.
      const isLast = end > start && end <= start + chunkRows;
      buckets[owner - from]?.push({ part, chunk, rows: isLast ? end - start : chunkRows });
    });
  });
  return buckets;
};

const lengthOf = (ranges: readonly Range[]): number =>
  ranges.reduce((sum, { rows }) => sum + rows, 0);

/** What rows have beside their score, where that is more than one cell. */
class RestOfRows {
  readonly cells: readonly Uint32Array[];
  readonly masses: Float64Array | null;
  private readonly sorted: { readonly cells: readonly Uint32Array[]; masses: Float64Array | null };

  constructor(memory: KernelMemory, capacity: number, panels: number, weighted: boolean) {
    this.cells = Array.from({ length: panels }, () => memory.uint32(capacity));
    this.masses = weighted ? new Float64Array(capacity) : null;
    this.sorted = {
      cells: this.cells.map(() => memory.uint32(capacity)),
      masses: weighted ? memory.float64(capacity) : null,
    };
  }

  /** Puts it into the order of scores that have their row's number with them. */
  fetched({ scores, cells: rows }: Scores, from: number, to: number): SortableRows {
    const { cells, masses } = this.sorted;
    this.cells.forEach((own, panel) => fetch(own, rows, cells[panel] as Uint32Array, from, to));
    if (masses !== null && this.masses !== null) fetch(this.masses, rows, masses, from, to);
    return { scores, cells, masses };
  }
}

const fetch = <Values extends Uint32Array | Float64Array>(
  own: Values,
  rows: Uint32Array,
  into: Values,
  from: number,
  to: number,
): void => {
  for (let row = from; row < to; row += 1) into[row] = own[rows[row] as number] as number;
};

/** Copies chunks of all threads to where they are sorted. */
class ChunkLoader {
  private readonly own: Uint16Array;
  /** By part and panel. */
  private readonly names: readonly (readonly Uint16Array[])[];
  private readonly cells: readonly Uint32Array[];

  constructor(
    private readonly memory: KernelMemory,
    private readonly ordered: OrderedRows,
    private readonly into: Scores,
    private readonly rest: RestOfRows | null,
  ) {
    this.own = memory.uint16(chunkRows);
    this.names = ordered.cells.map((panels) => panels.map((names) => memory.uint16(names)));
    this.cells = rest?.cells ?? [into.cells];
  }

  load({ part, chunk, rows }: Range, at: number): void {
    const { memory, own, rest, into } = this;
    const { shared, layout } = this.ordered.parts[part] as BucketedPart;
    const start = layout.first + chunk * layout.stride;
    into.scores.set(new Float64Array(shared, start, rows), at);
    for (let panel = 0; panel < this.cells.length; panel += 1) {
      own.set(new Uint16Array(shared, start + cellsAt(panel), rows));
      const names = this.names[part]?.[panel] as Uint16Array;
      const cells = this.cells[panel] as Uint32Array;
      memory.kernels.rename(
        own.byteOffset,
        rows,
        names.byteOffset,
        cells.byteOffset + at * cells.BYTES_PER_ELEMENT,
      );
    }
    if (rest === null) return;
    rest.masses?.set(new Float64Array(shared, start + massesAt(layout.panels), rows), at);
    for (let row = at; row < at + rows; row += 1) into.cells[row] = row;
  }
}
