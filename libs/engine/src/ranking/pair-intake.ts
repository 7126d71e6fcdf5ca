import { Combinations } from './combinations.js';
import {
  BucketPlaces,
  chunkBits,
  chunkRows,
  type ChunkLayout,
  type PairArena,
} from './pair-arena.js';
import type { PairCounts, PairTask } from './pair-plan.js';
import { markings, rowBuffer, type RowBuffer } from './row-buffer.js';
import type { ScoreBuckets } from './score-buckets.js';

/** Takes rows as they come, puts them into buckets by the champion's score, and counts them. */
export class PairIntake {
  private readonly combinations: readonly Combinations[];
  private readonly counts: Float64Array[];
  private readonly countsPerKey: number;
  private readonly places: BucketPlaces;
  /** All rows of a buffer. */
  private readonly all: Uint16Array;
  private readonly placeOfRow: Uint32Array;
  /** The part of the champion's score, then that of the version's. */
  private readonly partsOfRow: Uint16Array;

  constructor(
    private readonly task: PairTask,
    private readonly arena: PairArena,
    private readonly layout: ChunkLayout,
    private readonly champion: ScoreBuckets,
    private readonly version: ScoreBuckets,
  ) {
    const { panels, shape } = task;
    this.combinations = panels.map((panel) => new Combinations(panel, shape.rows));
    this.counts = panels.map(() => new Float64Array(0));
    this.countsPerKey = champion.parts * version.parts * markings;
    this.places = new BucketPlaces(arena, champion.count);
    this.all = Uint16Array.from({ length: shape.rows }, (_, row) => row);
    this.placeOfRow = new Uint32Array(shape.rows);
    this.partsOfRow = new Uint16Array(shape.rows);
  }

  take(shared: SharedArrayBuffer, rows: number): void {
    const buffer = rowBuffer(this.task.shape, shared);
    this.place(buffer.rivals as Float64Array, buffer.scores, rows);
    if (buffer.masses !== null) this.keepMasses(buffer.masses, rows);
    this.combinations.forEach((combinations, panel) => {
      const numbers = combinations.of(buffer, this.all, rows);
      this.count(panel, numbers, buffer, rows);
      this.keepCells(panel, numbers, buffer.marks, rows);
    });
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

  private place(champion: Float64Array, version: Float64Array, rows: number): void {
    const { placeOfRow, partsOfRow, places } = this;
    const { numbers } = this.arena;
    const stride = this.layout.strides.numbers;
    const { parts } = this.version;
    for (let row = 0; row < rows; row += 1) {
      // Adding 0 makes −0 into 0.
      const score = (champion[row] as number) + 0;
      const other = (version[row] as number) + 0;
      const place = places.take(this.champion.of(score));
      const at = (place >>> chunkBits) * stride + (place & (chunkRows - 1));
      numbers[at] = score;
      numbers[at + chunkRows] = other;
      placeOfRow[row] = place;
      partsOfRow[row] = this.champion.partOf(score) * parts + this.version.partOf(other);
    }
  }

  private keepMasses(masses: Float64Array, rows: number): void {
    const { placeOfRow } = this;
    const { numbers } = this.arena;
    const stride = this.layout.strides.numbers;
    for (let row = 0; row < rows; row += 1) {
      const place = placeOfRow[row] as number;
      const at = (place >>> chunkBits) * stride + (place & (chunkRows - 1));
      numbers[at + 2 * chunkRows] = masses[row] as number;
    }
  }

  private count(
    panel: number,
    numbers: Uint16Array,
    { marks, masses }: RowBuffer,
    rows: number,
  ): void {
    const { partsOfRow, countsPerKey } = this;
    const length = (this.combinations[panel] as Combinations).keys.length * countsPerKey;
    let counts = this.counts[panel] as Float64Array;
    if (length > counts.length) {
      const larger = new Float64Array(2 * length);
      larger.set(counts);
      this.counts[panel] = counts = larger;
    }
    for (let row = 0; row < rows; row += 1) {
      const at =
        (numbers[row] as number) * countsPerKey +
        (partsOfRow[row] as number) * markings +
        (marks[row] as number);
      counts[at] = (counts[at] as number) + (masses === null ? 1 : (masses[row] as number));
    }
  }

  private keepCells(panel: number, numbers: Uint16Array, marks: Uint8Array, rows: number): void {
    const { placeOfRow, layout } = this;
    const { cells } = this.arena;
    const from = layout.cellsAt(panel);
    const stride = layout.strides.cells;
    for (let row = 0; row < rows; row += 1) {
      const place = placeOfRow[row] as number;
      cells[(place >>> chunkBits) * stride + from + (place & (chunkRows - 1))] =
        2 * (numbers[row] as number) + ((marks[row] as number) & 1);
    }
  }
}
