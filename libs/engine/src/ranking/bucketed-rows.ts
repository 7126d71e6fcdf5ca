import { makeRows, takeInOrder, type SortableRows, type TakeRows } from './sort-rows.js';

/** What rows are expected to be: more, or with other scores, make it slower and nothing else. */
export interface ExpectedRows {
  readonly count: number;
  /** Most of their scores are from here … */
  readonly lowest: number;
  /** … to here. */
  readonly highest: number;
}

/** Rows of a bucket lie together by so many: few enough that buckets waste little, many enough to be copied fast. */
const chunkBits = 9;
const chunkRows = 2 ** chunkBits;
const mostBuckets = 256;

/**
 * Rows in buckets by their scores, as they come: the first step of sorting them, so that every row is moved in memory
 * once only, and each bucket is sorted where the processor's caches hold it.
 */
export class BucketedRows {
  /** Bucket by bucket in chunks, in the order in which these were begun. */
  private rows: SortableRows;
  private chunks = 0;
  /** By chunk, its bucket. */
  private owners: Uint16Array;
  /** By bucket, where its next row goes; a multiple of a chunk's rows when that has to be found. */
  private readonly next: Uint32Array;
  private readonly lowest: number;
  private readonly scale: number;
  private readonly last: number;
  private readonly places: Uint32Array;

  /** @param most rows that are added at a time */
  constructor(
    private readonly panels: number,
    private readonly weighted: boolean,
    { count, lowest, highest }: ExpectedRows,
    most: number,
  ) {
    const buckets = Math.max(1, Math.min(mostBuckets, count >> 11));
    this.last = buckets - 1;
    this.lowest = lowest;
    const scale = buckets / (highest - lowest);
    this.scale = Number.isFinite(scale) && scale > 0 ? scale : 0;
    this.next = new Uint32Array(buckets);
    const capacity = Math.ceil((count + most) / chunkRows) + 2 * buckets;
    this.rows = makeRows(capacity * chunkRows, panels, weighted);
    this.owners = new Uint16Array(capacity);
    this.places = new Uint32Array(most);
  }

  /**
   * Adds rows by their scores. @returns for each of them, where the rest of it goes in `cells` and `masses`; the
   * memory is the same at each call
   */
  add(scores: Float64Array, picked: Uint16Array, count: number): Uint32Array {
    const { lowest, scale, last, next, places } = this;
    this.reserve(count);
    const own = this.rows.scores;
    for (let index = 0; index < count; index += 1) {
      // Adding 0 makes −0 into 0.
      const score = (scores[picked[index] as number] as number) + 0;
      // Compared before it is cut: a whole number of 32 bits has no room for scores far from those expected.
      const position = (score - lowest) * scale;
      const bucket = position >= last ? last : position > 0 ? position | 0 : 0;
      let place = next[bucket] as number;
      if ((place & (chunkRows - 1)) === 0) place = this.begin(bucket);
      next[bucket] = place + 1;
      own[place] = score;
      places[index] = place;
    }
    return places;
  }

  cells(panel: number): Uint16Array {
    return this.rows.cells[panel] as Uint16Array;
  }

  get masses(): Float64Array | null {
    return this.rows.masses;
  }

  /** Hands out all rows from the lowest score to the highest, see `takeInOrder`. */
  takeInOrder(take: TakeRows): void {
    const chunks = this.chunksByBucket();
    const longest = chunks.reduce((most, { length }) => Math.max(most, length), 0) * chunkRows;
    const bucket = makeRows(longest, this.panels, this.weighted);
    const scratch = makeRows(longest, this.panels, this.weighted);
    chunks.forEach((own, index) => {
      let length = 0;
      for (const chunk of own) {
        const from = chunk * chunkRows;
        const next = this.next[index] as number;
        const isLast = chunk === own.at(-1);
        const to = isLast ? next : from + chunkRows;
        this.copy(bucket, from, to, length);
        length += to - from;
      }
      if (length > 0) takeInOrder(bucket, scratch, length, take);
    });
  }

  private chunksByBucket(): number[][] {
    const chunks: number[][] = Array.from(this.next, () => []);
    for (let chunk = 0; chunk < this.chunks; chunk += 1)
      chunks[this.owners[chunk] as number]?.push(chunk);
    return chunks;
  }

  private copy(into: SortableRows, from: number, to: number, at: number): void {
    into.scores.set(this.rows.scores.subarray(from, to), at);
    into.cells.forEach((cells, panel) => cells.set(this.cells(panel).subarray(from, to), at));
    if (this.masses !== null) into.masses?.set(this.masses.subarray(from, to), at);
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
    const larger = makeRows(capacity * chunkRows, this.panels, this.weighted);
    larger.scores.set(this.rows.scores);
    larger.cells.forEach((cells, panel) => cells.set(this.cells(panel)));
    if (this.masses !== null) larger.masses?.set(this.masses);
    this.rows = larger;
  }
}
