import { Combinations } from './combinations.js';
import { BucketPlaces, chunkBits, chunkRows, wordsOf, type PairArena } from './pair-arena.js';
import type { PairCounts, PairTask } from './pair-plan.js';
import { markings, rowBuffer, type RowBuffer } from './row-buffer.js';
import type { ScoreBuckets } from './score-buckets.js';

/** Takes rows as they come, puts them into buckets by the champion's score, and counts them. */
export class PairIntake {
  private readonly combinations: readonly Combinations[];
  private readonly counts: Float64Array[];
  private readonly countsPerKey: number;
  private readonly places: BucketPlaces;
  /** Of a buffer's rows, by panel. */
  private readonly numbers: readonly Int32Array[];
  /** In words. */
  private readonly placeOfRow: Uint32Array;
  private readonly width: number;
  private readonly cellsAt: number;
  private readonly bucketOfRow: Uint16Array;
  private readonly championParts: Uint16Array;
  private readonly versionParts: Uint16Array;

  constructor(
    private readonly task: PairTask,
    private readonly arena: PairArena,
    private readonly champion: ScoreBuckets,
    private readonly version: ScoreBuckets,
  ) {
    const { panels, shape, shapes } = task;
    ({ all: this.width, cells: this.cellsAt } = wordsOf(shapes.read));
    this.combinations = panels.map((panel) => new Combinations(panel, shape.rows, null, false));
    this.counts = panels.map(() => new Float64Array(0));
    this.countsPerKey = champion.parts * version.parts * markings;
    this.places = new BucketPlaces(arena, champion.count);
    this.numbers = panels.map(() => new Int32Array(shape.rows));
    this.placeOfRow = new Uint32Array(shape.rows);
    this.bucketOfRow = new Uint16Array(shape.rows);
    this.championParts = new Uint16Array(shape.rows);
    this.versionParts = new Uint16Array(shape.rows);
  }

  take(shared: SharedArrayBuffer, rows: number): void {
    const buffer = rowBuffer(this.task.shape, shared);
    const { numbers } = this;
    this.combinations.forEach((own, panel) =>
      own.of(buffer, 0, rows, numbers[panel] as Int32Array),
    );
    this.place(buffer, rows);
    numbers.forEach((own, panel) => this.count(panel, own, buffer, rows));
  }

  counted(): PairCounts {
    return {
      panels: this.combinations.map(({ keys }, panel) => ({
        keys,
        counts: (this.counts[panel] as Float64Array).slice(0, keys.length * this.countsPerKey),
      })),
      lists: this.places.lists(),
    };
  }

  private place({ shared, scores, rivals, masses }: RowBuffer, rows: number): void {
    const { places, placeOfRow, bucketOfRow, width, arena } = this;
    const { words, stride } = arena;
    const read = new Int32Array(shared, 0, shared.byteLength >> 2);
    const champion = rivals as Float64Array;
    const fromRivals = champion.byteOffset >> 2;
    this.champion.bucketsOf(champion, 0, rows, bucketOfRow);
    this.champion.partsOf(champion, 0, rows, this.championParts);
    this.version.partsOf(scores, 0, rows, this.versionParts);
    for (let row = 0; row < rows; row += 1) {
      const place = places.take(bucketOfRow[row] as number);
      const at = (place >>> chunkBits) * stride + (place & (chunkRows - 1)) * width;
      placeOfRow[row] = at;
      words[at] = read[fromRivals + 2 * row] as number;
      words[at + 1] = read[fromRivals + 2 * row + 1] as number;
      words[at + 2] = read[2 * row] as number;
      words[at + 3] = read[2 * row + 1] as number;
    }
    if (masses === null) return;
    const fromMasses = masses.byteOffset >> 2;
    for (let row = 0; row < rows; row += 1) {
      const at = placeOfRow[row] as number;
      words[at + 4] = read[fromMasses + 2 * row] as number;
      words[at + 5] = read[fromMasses + 2 * row + 1] as number;
    }
  }

  /** Counts rows by their combination, and keeps that. */
  private count(
    panel: number,
    numbers: Int32Array,
    { marks, masses }: RowBuffer,
    rows: number,
  ): void {
    const { championParts, versionParts, countsPerKey } = this;
    const { parts } = this.version;
    const length = (this.combinations[panel] as Combinations).keys.length * countsPerKey;
    let counts = this.counts[panel] as Float64Array;
    if (length > counts.length) {
      const larger = new Float64Array(2 * length);
      larger.set(counts);
      this.counts[panel] = counts = larger;
    }
    const cells = this.cellsAt + panel;
    const { placeOfRow } = this;
    const { words } = this.arena;
    for (let row = 0; row < rows; row += 1) {
      const number = numbers[row] as number;
      const mark = marks[row] as number;
      const both = (championParts[row] as number) * parts + (versionParts[row] as number);
      const at = number * countsPerKey + both * markings + mark;
      counts[at] = (counts[at] as number) + (masses === null ? 1 : (masses[row] as number));
      words[(placeOfRow[row] as number) + cells] = 2 * number + (mark & 1);
    }
  }
}
