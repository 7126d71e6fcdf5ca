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

/** How rows lie in memory before their champion's scores are ranked, and between that and the ranking of the version's. */
export interface PairShapes {
  /** The champion's score, then the version's, then Σ w if rows are weighted. */
  readonly read: PairShape;
  /** The version's score, then Σ w; the components of the champion's score. */
  readonly ranked: PairShape;
}

/** Where a row's parts begin, in words of 32 bits; it is written in one stream, for all that it consists of. */
export const wordsOf = ({ numbers, components, panels, wide }: PairShape) => {
  const cells = 2 * numbers + (wide ? 2 : 1) * components;
  return { components: 2 * numbers, cells, all: cells + panels };
};

export const bytesOf = (shape: PairShape): number => 4 * wordsOf(shape).all;

/** What a processor's caches hold together, in words. */
const line = 16;

/**
 * Memory in chunks, which all threads share: each takes chunks as it needs them, and hands its own rows on by the numbers
 * of their chunks. Nothing is kept of it until rows are written there, so that it may be made as large as need be.
 */
export class PairArena {
  readonly words: Int32Array;
  private readonly free: number[] = [];

  constructor(
    readonly shared: SharedArrayBuffer,
    /** From one chunk to the next, in words. */
    readonly stride: number,
  ) {
    this.words = new Int32Array(shared);
  }

  /** Room for so many rows in so many buckets, of all threads together. */
  static memoryFor(
    rows: number,
    { read, ranked }: PairShapes,
    buckets: number,
  ): { readonly shared: SharedArrayBuffer; readonly stride: number } {
    const lines = (chunkRows * Math.max(wordsOf(read).all, wordsOf(ranked).all)) / line;
    // An odd number: the same rows of all chunks would be in each other's way in caches.
    const stride = line * (lines % 2 === 0 ? lines + 1 : lines);
    // Twice, since a bucket keeps its chunks until all of its rows are handed on: where scores are few, that is most rows.
    const chunks = 1 + 2 * Math.ceil(rows / chunkRows) + 2 * buckets;
    return { shared: new SharedArrayBuffer(4 * chunks * stride), stride };
  }

  /** A chunk that nobody else uses. The first one counts those that were taken. */
  take(): number {
    const freed = this.free.pop();
    if (freed !== undefined) return freed;
    const chunk = 1 + Atomics.add(this.words, 0, 1);
    if ((chunk + 1) * this.stride > this.words.length)
      throw new Error('There are more rows than were counted.');
    return chunk;
  }

  /** Gives back chunks, for this thread to take again. */
  release(chunks: Uint32Array): void {
    for (const chunk of chunks) this.free.push(chunk);
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
