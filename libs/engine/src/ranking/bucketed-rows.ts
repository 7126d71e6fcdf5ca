import { structBytes, type KernelMemory } from './kernels.js';

/** What rows are expected to be: more, or with other scores, make it slower and nothing else. */
export interface ExpectedRows {
  readonly count: number;
  /** Scores that part the rows among the threads which rank them; rows at the last of them or above it are left out. */
  readonly limits: readonly number[];
  /** Most scores are from here … */
  readonly lowest: number;
  /** … to here. */
  readonly highest: number;
}

/** Rows that one thread put into buckets, for all threads to read. */
export interface BucketedPart {
  /** Rows in chunks, each of one bucket, in the order in which these were begun. */
  readonly shared: SharedArrayBuffer;
  readonly layout: ChunkLayout;
  /** By chunk, its bucket. */
  readonly owners: Uint16Array;
  /** By bucket, where its rows in its last chunk end. */
  readonly next: Uint32Array;
}

/** Where rows are, in bytes: of each chunk its scores, then its cells of each panel, then its masses. */
export interface ChunkLayout {
  readonly first: number;
  readonly stride: number;
  readonly panels: number;
  readonly weighted: boolean;
}

/** Rows of a bucket lie together by so many: few enough that buckets waste little, many enough to be copied fast. */
export const chunkRows = 2 ** 9;
/** In 4 GiB, which is all that a thread may have, there are fewer. */
const mostChunks = 2 ** 20;
const mostBuckets = 256;
const rowsPerBucket = 2 ** 11;
/** What a processor's caches hold together, in bytes. */
const line = 64;

/** Where the cells of a panel begin in a chunk. */
export const cellsAt = (panel: number): number => chunkRows * (8 + 2 * panel);
/** Where masses begin in a chunk. */
export const massesAt = (panels: number): number => cellsAt(panels);

/** How many buckets each part has, where all threads together put so many rows into them. */
export const bucketsPerPart = (rows: number, parts: number): number =>
  Math.max(1, Math.min(Math.floor(mostBuckets / parts), Math.floor(rows / parts / rowsPerBucket)));

/**
 * Rows in buckets by their scores, as they come: the first step of sorting them, so that every row is moved in memory
 * once only, and each bucket is sorted where the processor's caches hold it. Each part of the scores has as many
 * buckets of equal width.
 */
export class BucketedRows {
  /** Rows to be added: their scores, and their masses if they have any. */
  readonly scores: Float64Array;
  readonly masses: Float64Array | null;
  /** Of rows that were added: the number of their chunk and their place there, and the part of their score. */
  readonly places: Uint32Array;
  readonly parts: Uint16Array;
  readonly layout: ChunkLayout;
  private readonly owners: Uint16Array;
  private readonly next: Uint32Array;
  /** How many there are. */
  private readonly chunks: Int32Array;
  private readonly address: number;

  /**
   * @param memory all that follows what it has so far is for rows
   * @param buckets of each part
   * @param rowsAtOnce the most rows that are added at a time
   */
  constructor(
    private readonly memory: KernelMemory,
    { panels, weighted }: Pick<ChunkLayout, 'panels' | 'weighted'>,
    buckets: number,
    { count, limits, lowest, highest }: ExpectedRows,
    rowsAtOnce: number,
  ) {
    const starts = limits.slice(0, -1).map((limit) => Math.max(lowest, limit));
    const scales = starts.map((start, part) => {
      const scale = buckets / (Math.min(highest, limits[part + 1] as number) - start);
      return Number.isFinite(scale) && scale > 0 ? scale : 0;
    });
    this.scores = memory.float64(rowsAtOnce);
    this.masses = weighted ? memory.float64(rowsAtOnce) : null;
    this.places = memory.uint32(rowsAtOnce);
    this.parts = memory.uint16(rowsAtOnce);
    this.owners = memory.uint16(mostChunks);
    this.next = memory.uint32(starts.length * buckets);
    this.chunks = memory.int32(1);
    const inner = limits.slice(1, -1);
    const fields = [
      memory.float64(inner).byteOffset,
      inner.length,
      memory.float64(starts).byteOffset,
      memory.float64(scales).byteOffset,
      buckets,
      this.next.byteOffset,
      this.owners.byteOffset,
      this.chunks.byteOffset,
      this.scores.byteOffset,
      this.masses?.byteOffset ?? 0,
      massesAt(panels),
      this.places.byteOffset,
      this.parts.byteOffset,
    ];
    const stride = strideOf(panels, weighted);
    this.address = memory.take(structBytes(1, fields.length + 2));
    const first = memory.take(0);
    this.layout = { first, stride, panels, weighted };
    memory.fill(this.address, [limits.at(-1) as number], [...fields, first, stride]);
    this.reserve(count);
  }

  /** Adds rows by their scores. */
  add(rows: number): void {
    this.reserve(rows);
    this.memory.kernels.bucket(this.address, rows);
  }

  /** All rows so far. */
  get part(): BucketedPart {
    const { memory, layout, next, owners } = this;
    const { shared } = memory;
    return { shared, layout, next: next.slice(), owners: owners.slice(0, this.chunks[0]) };
  }

  /** Makes room for more rows, whichever buckets they are of. */
  private reserve(count: number): void {
    const { first, stride } = this.layout;
    const begun = Math.ceil(count / chunkRows) + Math.min(count, this.next.length);
    this.memory.growTo(first + ((this.chunks[0] as number) + begun) * stride);
  }
}

/** An odd number of lines: the same rows of all chunks would be in each other's way in caches. */
const strideOf = (panels: number, weighted: boolean): number => {
  const lines = (massesAt(panels) + (weighted ? 8 * chunkRows : 0)) / line;
  return line * (lines % 2 === 0 ? lines + 1 : lines);
};
