import { BucketedRows, cellsAt, type BucketedPart, type ExpectedRows } from './bucketed-rows.js';
import { Combinations, type CodedPanel } from './combinations.js';
import { borrowMemory, giveBack, structBytes } from './kernels.js';
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
  /** How many codes each column has, where rows come in positions. */
  readonly sizes: readonly number[] | null;
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

/** A panel's rows, counted. */
interface Panel {
  readonly combinations: Combinations;
  readonly counts: Float64Array;
  /** Where a chunk's cells begin in it. */
  readonly cells: number;
}

/** So many rows and what is worked out of them stay in a processor's nearest cache. */
const rowsAtOnce = 2048;

/** Takes rows as they come: puts them into buckets by their scores, and counts them. */
export class RowTaker {
  private readonly memory = borrowMemory();
  private readonly rows: BucketedRows;
  private readonly panels: readonly Panel[];
  private readonly parts: number;
  private readonly marks: Int32Array;
  private readonly numbers: Int32Array;
  private readonly counting: number;

  constructor(private readonly task: TakeTask) {
    const { memory } = this;
    const { panels, shape, expected, buckets, predictsAtHalf, sizes } = task;
    // One more, of rows that are left out.
    this.parts = expected.limits.length;
    this.marks = memory.int32(rowsAtOnce);
    this.numbers = memory.int32(rowsAtOnce);
    this.panels = panels.map((panel, index) => {
      const combinations = new Combinations(panel, rowsAtOnce, sizes);
      const counts = memory.float64(combinations.most * this.parts * markings);
      return { combinations, counts, cells: cellsAt(index) };
    });
    const counting = memory.take(structBytes(0, 10));
    const kept = { panels: panels.length, weighted: shape.weighted };
    this.rows = new BucketedRows(memory, kept, buckets, expected, rowsAtOnce);
    const { scores, masses, places, parts, layout } = this.rows;
    memory.fill(
      counting,
      [],
      [
        scores.byteOffset,
        this.marks.byteOffset,
        masses?.byteOffset ?? 0,
        places.byteOffset,
        parts.byteOffset,
        this.parts,
        // Of positions the last bit is the label.
        sizes !== null ? 1 : markings - 1,
        predictsAtHalf ? 2 : 0,
        layout.first,
        layout.stride,
      ],
    );
    this.counting = counting;
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

  /** Ends it, once nobody reads the rows that it took. */
  close(): void {
    giveBack(this.memory);
  }

  private takeSome(buffer: RowBuffer, from: number, to: number): void {
    const { rows, marks, numbers, memory, counting } = this;
    rows.scores.set(buffer.scores.subarray(from, to));
    if (buffer.masses !== null) rows.masses?.set(buffer.masses.subarray(from, to));
    marks.set(buffer.marks.subarray(from, to));
    rows.add(to - from);
    for (const { combinations, counts, cells } of this.panels) {
      combinations.of(buffer, from, to, numbers);
      const { byteOffset } = numbers;
      memory.kernels.count(counting, to - from, byteOffset, counts.byteOffset, cells);
    }
  }
}
