import { makeSharedRows, type SortableRows } from './sort-rows.js';

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
  /** In chunks, each of one bucket, in the order in which these were begun. */
  readonly rows: SortableRows;
  /** By chunk, its bucket. */
  readonly owners: Uint16Array;
  /** By bucket, where its rows in its last chunk end. */
  readonly next: Uint32Array;
}

/** Rows of a bucket lie together by so many: few enough that buckets waste little, many enough to be copied fast. */
const chunkBits = 9;
export const chunkRows = 2 ** chunkBits;
const mostBuckets = 256;
const rowsPerBucket = 2 ** 11;

/** How many buckets each part has, where all threads together put so many rows into them. */
export const bucketsPerPart = (rows: number, parts: number): number =>
  Math.max(1, Math.min(Math.floor(mostBuckets / parts), Math.floor(rows / parts / rowsPerBucket)));

/**
 * Rows in buckets by their scores, as they come: the first step of sorting them, so that every row is moved in memory
 * once only, and each bucket is sorted where the processor's caches hold it. Each part of the scores has as many
 * buckets of equal width.
 */
export class BucketedRows {
  private rows: SortableRows;
  private chunks = 0;
  private owners: Uint16Array;
  /** By bucket, where its next row goes; a multiple of a chunk's rows when that has to be found. */
  private readonly next: Uint32Array;
  /** Where a part ends and the next begins. */
  private readonly inner: Float64Array;
  /** By part. */
  private readonly lowest: Float64Array;
  private readonly scale: Float64Array;
  private readonly limit: number;

  /** @param buckets of each part */
  constructor(
    private readonly panels: number,
    private readonly weighted: boolean,
    private readonly buckets: number,
    { count, limits, lowest, highest }: ExpectedRows,
  ) {
    const parts = limits.length - 1;
    this.limit = limits[parts] as number;
    this.inner = Float64Array.from(limits.slice(1, -1));
    const starts = limits.slice(0, -1).map((limit) => Math.max(lowest, limit));
    this.lowest = Float64Array.from(starts);
    this.scale = Float64Array.from(starts, (start, part) => {
      const scale = buckets / (Math.min(highest, limits[part + 1] as number) - start);
      return Number.isFinite(scale) && scale > 0 ? scale : 0;
    });
    this.next = new Uint32Array(parts * buckets);
    const capacity = Math.ceil(count / chunkRows) + 2 * parts * buckets;
    this.rows = makeSharedRows(capacity * chunkRows, panels, weighted);
    this.owners = new Uint16Array(capacity);
  }

  /**
   * Adds rows by their scores, those from `from` up to, but without, `to`.
   *
   * @param places set to where the rest of each goes in `cells` and `masses`, −1 for a row that is left out
   * @param parts set to the part of each, and for a row that is left out to how many there are
   */
  add(
    scores: Float64Array,
    from: number,
    to: number,
    places: Int32Array,
    parts: Uint16Array,
  ): void {
    this.reserve(to - from);
    const { inner, limit, lowest, scale, next, buckets } = this;
    const own = this.rows.scores;
    const last = buckets - 1;
    const ends = inner.length;
    for (let row = from; row < to; row += 1) {
      // Adding 0 makes −0 into 0.
      const score = (scores[row] as number) + 0;
      // Written so that NaN is left out, too.
      if (!(score < limit)) {
        places[row - from] = -1;
        parts[row - from] = ends + 1;
        continue;
      }
      // Without a branch: which part it is can't be foretold.
      let part = 0;
      for (let end = 0; end < ends; end += 1) part += Number(score >= (inner[end] as number));
      // Compared before it is cut: a whole number of 32 bits has no room for scores far from those expected.
      const position = (score - (lowest[part] as number)) * (scale[part] as number);
      // `imul`, since a product that may be −0 is looked at by each row.
      const bucket =
        Math.imul(part, buckets) + (position >= last ? last : position > 0 ? position | 0 : 0);
      let place = next[bucket] as number;
      if ((place & (chunkRows - 1)) === 0) place = this.begin(bucket);
      next[bucket] = place + 1;
      own[place] = score;
      places[row - from] = place;
      parts[row - from] = part;
    }
  }

  cells(panel: number): Uint16Array {
    return this.rows.cells[panel] as Uint16Array;
  }

  get masses(): Float64Array | null {
    return this.rows.masses;
  }

  /** All rows so far. */
  get part(): BucketedPart {
    const { rows, next } = this;
    return { rows, next, owners: this.owners.slice(0, this.chunks) };
  }

  private begin(bucket: number): number {
    const chunk = this.chunks++;
    this.owners[chunk] = bucket;
    return chunk * chunkRows;
  }

  /** Makes room for more rows, whichever buckets they are of. */
  private reserve(count: number): void {
    const most = this.chunks + Math.ceil(count / chunkRows) + Math.min(count, this.next.length);
    if (most <= this.owners.length) return;
    const capacity = Math.max(most, Math.ceil(this.owners.length * 1.5));
    const owners = new Uint16Array(capacity);
    owners.set(this.owners);
    this.owners = owners;
    const larger = makeSharedRows(capacity * chunkRows, this.panels, this.weighted);
    larger.scores.set(this.rows.scores);
    larger.cells.forEach((cells, panel) => cells.set(this.cells(panel)));
    if (this.masses !== null) larger.masses?.set(this.masses);
    this.rows = larger;
  }
}
