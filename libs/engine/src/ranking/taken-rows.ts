import { BucketedRows, type BucketedPart, type ExpectedRows } from './bucketed-rows.js';
import { Combinations, type CodedPanel } from './combinations.js';
import { markings, rowBuffer, type BufferShape, type RowBuffer } from './row-buffer.js';

/** What a thread takes of rows. */
export interface TakeTask {
  readonly panels: readonly CodedPanel[];
  readonly shape: BufferShape;
  readonly expected: ExpectedRows;
  /** Of each part. */
  readonly buckets: number;
  /** Whether scores of ½ or more predict the favorable label; otherwise marks tell. */
  readonly predictsAtHalf: boolean;
}

/** How many rows came, by the combinations of a panel's codes. */
export interface CountedPanel {
  /** The combinations that came, see `PanelKeys`. */
  readonly keys: readonly number[];
  /** What they are called in cells. */
  readonly numbers: readonly number[];
  /** Σ w by combination, then part, the last being of rows that are left out, then marks: see `countAt`. */
  readonly counts: Float64Array;
  /** Parts, with that of rows that are left out. */
  readonly parts: number;
}

/** The rows of a thread, and how many there are of each kind. */
export interface TakenRows {
  readonly rows: BucketedPart;
  readonly counted: readonly CountedPanel[];
}

/** Σ w of rows with a panel's combination, by its position among the keys, of a part and with marks. */
export const countAt = (
  { counts, parts }: CountedPanel,
  combination: number,
  part: number,
  mark: number,
): number => counts[(combination * parts + part) * markings + mark] as number;

interface Panel {
  readonly combinations: Combinations;
  counts: Float64Array;
}

/** So many rows and what is worked out of them stay in a processor's nearest cache. */
const rowsAtOnce = 2048;

/** Takes rows as they come: puts them into buckets by their scores, and counts them. */
export class RowTaker {
  private readonly rows: BucketedRows;
  private readonly panels: readonly Panel[];
  private readonly parts: number;
  private readonly places = new Int32Array(rowsAtOnce);
  private readonly partOfRow = new Uint16Array(rowsAtOnce);
  private readonly numbers = new Int32Array(rowsAtOnce);

  constructor(private readonly task: TakeTask) {
    const { panels, shape, expected, buckets } = task;
    this.rows = new BucketedRows(panels.length, shape.weighted, buckets, expected);
    // One more, of rows that are left out.
    this.parts = expected.limits.length;
    this.panels = panels.map((panel) => ({
      combinations: new Combinations(panel, shape.inPositions ? 1 : 0, rowsAtOnce),
      counts: new Float64Array(0),
    }));
  }

  take(shared: SharedArrayBuffer, rows: number): void {
    const buffer = rowBuffer(this.task.shape, shared);
    for (let from = 0; from < rows; from += rowsAtOnce)
      this.takeSome(buffer, from, Math.min(rows, from + rowsAtOnce));
  }

  taken(): TakenRows {
    const { parts } = this;
    const perCombination = parts * markings;
    return {
      rows: this.rows.part,
      counted: this.panels.map(({ combinations, counts }) => {
        const came = (number: number): boolean => {
          const from = number * perCombination;
          return counts.subarray(from, from + perCombination).some((count) => count > 0);
        };
        const numbers = [...combinations.keys.keys()].filter(came);
        const own = new Float64Array(numbers.length * perCombination);
        numbers.forEach((number, index) => {
          const from = number * perCombination;
          own.set(counts.subarray(from, from + perCombination), index * perCombination);
        });
        const keys = numbers.map((number) => combinations.keys[number] as number);
        return { keys, numbers, counts: own, parts };
      }),
    };
  }

  private takeSome(buffer: RowBuffer, from: number, to: number): void {
    const { places, numbers } = this;
    this.rows.add(buffer.scores, from, to, places, this.partOfRow);
    this.panels.forEach((panel, index) => {
      panel.combinations.of(buffer, from, to, numbers);
      panel.counts = grown(panel.counts, panel.combinations.keys.length * this.parts * markings);
      this.keep(this.rows.cells(index), panel.counts, buffer, from, to);
    });
    const { masses } = this.rows;
    if (masses === null || buffer.masses === null) return;
    for (let row = from; row < to; row += 1) {
      const place = places[row - from] as number;
      if (place >= 0) masses[place] = buffer.masses[row] as number;
    }
  }

  /** Keeps the cells of rows and counts them. */
  private keep(
    cells: Uint16Array,
    counts: Float64Array,
    { scores, marks, masses }: RowBuffer,
    from: number,
    to: number,
  ): void {
    const { places, partOfRow, numbers, parts } = this;
    const predicts = this.task.predictsAtHalf ? 2 : 0;
    // Of a label's position, which is 1 or 2, the last bit is the label.
    const known = this.task.shape.inPositions ? 1 : markings - 1;
    for (let index = 0; index < to - from; index += 1) {
      const number = numbers[index] as number;
      const row = from + index;
      const mark =
        ((marks[row] as number) & known) + Number((scores[row] as number) >= 0.5) * predicts;
      const place = places[index] as number;
      const at =
        Math.imul(Math.imul(number, parts) + (partOfRow[index] as number), markings) + mark;
      const mass = masses === null ? 1 : (masses[row] as number);
      counts[at] = (counts[at] as number) + mass;
      if (place >= 0) cells[place] = 2 * number + (mark & 1);
    }
  }
}

const grown = (counts: Float64Array, length: number): Float64Array => {
  if (length <= counts.length) return counts;
  const larger = new Float64Array(2 * length);
  larger.set(counts);
  return larger;
};
