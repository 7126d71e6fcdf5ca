/** Rows of a chunk: few enough that buckets waste little, many enough to be copied fast. */
export const chunkBits = 9;
export const chunkRows = 2 ** chunkBits;

/** What a row has, in this order: numbers of 64 bits, components of slices, a cell for each panel. */
export interface PairShape {
  readonly numbers: number;
  readonly components: number;
  readonly panels: number;
  /** Components have 64 bits in place of 32: those of rows with weights. */
  readonly wide: boolean;
}

export const bytesOf = ({ numbers, components, panels, wide }: PairShape): number =>
  8 * numbers + (wide ? 8 : 4) * components + 2 * panels;

/** How rows lie in memory before their champion's scores are ranked, and between that and the ranking of the version's. */
export interface PairShapes {
  /** The champion's score, then the version's, then Σ w if rows are weighted. */
  readonly read: PairShape;
  /** The version's score, then Σ w; the components of the champion's score. */
  readonly ranked: PairShape;
}

/**
 * Memory in chunks, which all threads share: each takes chunks as it needs them, and hands its own rows on by the numbers
 * of their chunks. Nothing is kept of it until rows are written there, so that it may be made as large as need be.
 */
export class PairArena {
  readonly numbers: Float64Array;
  readonly narrow: Int32Array;
  readonly cells: Uint16Array;
  private readonly taken: Int32Array;
  private readonly free: number[] = [];

  constructor(
    readonly shared: SharedArrayBuffer,
    readonly bytesPerChunk: number,
  ) {
    this.numbers = new Float64Array(shared);
    this.narrow = new Int32Array(shared);
    this.cells = new Uint16Array(shared);
    this.taken = new Int32Array(shared, 0, 1);
  }

  /** Room for so many rows in buckets of so many threads. The first chunk counts those that are taken. */
  static memoryFor(
    rows: number,
    { read, ranked }: PairShapes,
    buckets: number,
  ): { readonly shared: SharedArrayBuffer; readonly bytesPerChunk: number } {
    const bytesPerChunk = 8 * Math.ceil((chunkRows / 8) * Math.max(bytesOf(read), bytesOf(ranked)));
    const chunks = 1 + Math.ceil(rows / chunkRows) + 2 * buckets;
    return { shared: new SharedArrayBuffer(chunks * bytesPerChunk), bytesPerChunk };
  }

  /** A chunk that nobody else uses. */
  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    const chunk = 1 + Atomics.add(this.taken, 0, 1);
    if ((chunk + 1) * this.bytesPerChunk > this.shared.byteLength)
      throw new Error('There are more rows than were counted.');
    return chunk;
  }

  /** Gives back chunks, for this thread to take again. */
  release(chunks: Uint32Array): void {
    for (const chunk of chunks) this.free.push(chunk);
  }
}

/** Where columns of rows are within a chunk, in elements of their arrays. */
export class ChunkLayout {
  /** From one chunk to the next, in numbers, components and cells. */
  readonly strides: {
    readonly numbers: number;
    readonly components: number;
    readonly cells: number;
  };
  readonly componentsAt: number;
  readonly components: Int32Array | Float64Array;
  private readonly cellsFrom: number;

  constructor(
    arena: PairArena,
    readonly shape: PairShape,
  ) {
    const { bytesPerChunk } = arena;
    const width = shape.wide ? 8 : 4;
    this.components = shape.wide ? arena.numbers : arena.narrow;
    this.strides = {
      numbers: bytesPerChunk / 8,
      components: bytesPerChunk / width,
      cells: bytesPerChunk / 2,
    };
    this.componentsAt = (8 * chunkRows * shape.numbers) / width;
    this.cellsFrom = (chunkRows * (8 * shape.numbers + width * shape.components)) / 2;
  }

  cellsAt(panel: number): number {
    return this.cellsFrom + chunkRows * panel;
  }
}

/** The rows of each bucket, as one thread wrote them. */
export interface BucketLists {
  /** Bucket after bucket. */
  readonly chunks: Uint32Array;
  /** Where a bucket's chunks begin; those of the next one are their end. */
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

/** Gives out places for rows by their buckets. */
export class BucketPlaces {
  private readonly next: Uint32Array;
  private readonly chunks: number[][];

  constructor(
    private readonly arena: PairArena,
    buckets: number,
  ) {
    this.next = new Uint32Array(buckets);
    this.chunks = Array.from({ length: buckets }, () => []);
  }

  /** The place of a bucket's next row: the number of its chunk, then `chunkBits` of its place there. */
  take(bucket: number): number {
    let place = this.next[bucket] as number;
    if ((place & (chunkRows - 1)) === 0) place = this.begin(bucket);
    this.next[bucket] = place + 1;
    return place;
  }

  lists(): BucketLists {
    const starts = new Uint32Array(this.chunks.length + 1);
    this.chunks.forEach((own, bucket) => {
      starts[bucket + 1] = (starts[bucket] as number) + own.length;
    });
    const rows = this.next.map((next, bucket) => {
      const { length } = this.chunks[bucket] as number[];
      return length === 0 ? 0 : (length - 1) * chunkRows + ((next - 1) & (chunkRows - 1)) + 1;
    });
    return { chunks: Uint32Array.from(this.chunks.flat()), starts, rows };
  }

  private begin(bucket: number): number {
    const chunk = this.arena.take();
    (this.chunks[bucket] as number[]).push(chunk);
    return chunk * chunkRows;
  }
}
