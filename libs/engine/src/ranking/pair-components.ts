import type { WalkPlan } from './score-walk.js';
import { membersOf, type Members, type SliceMasses } from './slice-ranks.js';
import type { SortableRows } from './sort-rows.js';
import { inUnits } from './weighted-ranks.js';

/** Sorted rows of a panel. */
export interface SortedCells {
  readonly scores: Float64Array;
  readonly cells: Uint16Array;
  readonly masses: Float64Array | null;
}

/** Where components of rows go: those of a row for each of its slices from `at` on, `width` further for the next one. */
export interface ComponentRows {
  readonly values: Int32Array | Float64Array;
  readonly width: number;
  readonly at: number;
}

/**
 * Tells the structural components of rows in all of their slices, from the lowest score to the highest: of a positive
 * twice the negatives below and those level, of a negative twice the positives above and those level. In units of
 * `componentExponent` where rows are weighted.
 */
interface PairComponents {
  /** Rows with the same score come in one call. */
  over(rows: SortedCells, from: number, to: number, into: ComponentRows): void;
}

const componentsOf = (masses: SliceMasses, members: Members, weighted: boolean): PairComponents =>
  weighted ? new WeightedComponents(masses, members) : new CountedComponents(masses, members);

/** The components of rows in the slices of all panels, one panel's after the other's. */
export class RowComponents {
  readonly width: number;
  private readonly panels: readonly { readonly own: PairComponents; readonly at: number }[];
  private values: Int32Array | Float64Array;

  constructor(
    plan: WalkPlan,
    private readonly weighted: boolean,
  ) {
    let width = 0;
    this.panels = plan.panels.map((combinations) => {
      const at = width;
      width += combinations[0]?.length ?? 0;
      return { own: componentsOf(plan, membersOf(combinations), weighted), at };
    });
    this.width = width;
    this.values = this.room(0);
  }

  /** Where those of a panel are, as far as they were told last. */
  of(panel: number): ComponentRows {
    const { values, width } = this;
    return { values, width, at: (this.panels[panel] as (typeof this.panels)[number]).at };
  }

  /** Tells those of sorted rows, from `from` on; the memory is the same at each call. */
  over(
    { scores, cells, masses }: SortableRows,
    from: number,
    to: number,
  ): Int32Array | Float64Array {
    const length = (to - from) * this.width;
    if (length > this.values.length) this.values = this.room(2 * length);
    this.panels.forEach(({ own }, panel) =>
      own.over({ scores, cells: cells[panel] as Uint16Array, masses }, from, to, this.of(panel)),
    );
    return this.values;
  }

  private room(length: number): Int32Array | Float64Array {
    return this.weighted ? new Float64Array(length) : new Int32Array(length);
  }
}

/** Of rows that count 1 each. */
class CountedComponents implements PairComponents {
  /** By slice and label, the component of a row of a score of its own. */
  private readonly next: Int32Array;
  private readonly tied: Int32Array;

  constructor(
    { slices, totals, below }: SliceMasses,
    private readonly members: Members,
  ) {
    this.next = new Int32Array(2 * slices);
    this.tied = new Int32Array(2 * slices);
    for (let at = 0; at < 2 * slices; at += 2) {
      this.next[at] = 2 * ((totals[at + 1] as number) - (below[at + 1] as number));
      this.next[at + 1] = 2 * (below[at] as number);
    }
  }

  over({ scores, cells }: SortedCells, from: number, to: number, into: ComponentRows): void {
    for (let start = from; start < to;) {
      const score = scores[start] as number;
      let end = start + 1;
      while (end < to && scores[end] === score) end += 1;
      const at = (start - from) * into.width + into.at;
      if (end - start === 1) this.one(cells[start] as number, into.values, at);
      else this.level(cells, start, end, into, at);
      start = end;
    }
  }

  private one(cell: number, values: ComponentRows['values'], at: number): void {
    const { next } = this;
    const { starts, slices } = this.members;
    const label = cell & 1;
    const first = starts[cell >> 1] as number;
    const count = (starts[(cell >> 1) + 1] as number) - first;
    const step = label === 1 ? -2 : 2;
    for (let index = 0; index < count; index += 1) {
      const own = 2 * (slices[first + index] as number) + label;
      values[at + index] = next[own] as number;
      next[own ^ 1] = (next[own ^ 1] as number) + step;
    }
  }

  /** Rows of one score. */
  private level(
    cells: Uint16Array,
    start: number,
    end: number,
    { values, width }: ComponentRows,
    from: number,
  ): void {
    const { next, tied } = this;
    const { starts, slices } = this.members;
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const last = starts[(cell >> 1) + 1] as number;
      for (let index = starts[cell >> 1] as number; index < last; index += 1) {
        const own = 2 * (slices[index] as number) + (cell & 1);
        tied[own] = (tied[own] as number) + 1;
      }
    }
    for (let row = start, at = from; row < end; row += 1, at += width) {
      const cell = cells[row] as number;
      const label = cell & 1;
      const sign = label === 1 ? 1 : -1;
      const first = starts[cell >> 1] as number;
      const count = (starts[(cell >> 1) + 1] as number) - first;
      for (let index = 0; index < count; index += 1) {
        const own = 2 * (slices[first + index] as number) + label;
        values[at + index] = (next[own] as number) + sign * (tied[own ^ 1] as number);
      }
    }
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const step = (cell & 1) === 1 ? -2 : 2;
      const last = starts[(cell >> 1) + 1] as number;
      for (let index = starts[cell >> 1] as number; index < last; index += 1) {
        const own = 2 * (slices[index] as number) + (cell & 1);
        next[own ^ 1] = (next[own ^ 1] as number) + step;
        tied[own] = 0;
      }
    }
  }
}

/** Of weighted rows. */
class WeightedComponents implements PairComponents {
  private readonly totals: Float64Array;
  private readonly below: Float64Array;
  private readonly tied: Float64Array;

  constructor(
    { slices, totals, below }: SliceMasses,
    private readonly members: Members,
  ) {
    this.totals = totals;
    this.below = below.slice();
    this.tied = new Float64Array(2 * slices);
  }

  over(rows: SortedCells, from: number, to: number, into: ComponentRows): void {
    const { scores } = rows;
    for (let start = from; start < to;) {
      const score = scores[start] as number;
      let end = start + 1;
      while (end < to && scores[end] === score) end += 1;
      this.level(rows, start, end, into, (start - from) * into.width + into.at);
      start = end;
    }
  }

  /** Rows of one score. */
  private level(
    { cells, masses }: SortedCells,
    start: number,
    end: number,
    { values, width }: ComponentRows,
    from: number,
  ): void {
    const { below, tied } = this;
    const { starts, slices } = this.members;
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const mass = (masses as Float64Array)[row] as number;
      const last = starts[(cell >> 1) + 1] as number;
      for (let index = starts[cell >> 1] as number; index < last; index += 1) {
        const own = 2 * (slices[index] as number) + (cell & 1);
        tied[own] = (tied[own] as number) + mass;
      }
    }
    for (let row = start, at = from; row < end; row += 1, at += width) {
      const cell = cells[row] as number;
      const first = starts[cell >> 1] as number;
      const count = (starts[(cell >> 1) + 1] as number) - first;
      for (let index = 0; index < count; index += 1)
        values[at + index] = this.componentOf(slices[first + index] as number, cell & 1);
    }
    for (let row = start; row < end; row += 1) {
      const cell = cells[row] as number;
      const last = starts[(cell >> 1) + 1] as number;
      for (let index = starts[cell >> 1] as number; index < last; index += 1) {
        const own = 2 * (slices[index] as number) + (cell & 1);
        below[own] = (below[own] as number) + (tied[own] as number);
        tied[own] = 0;
      }
    }
  }

  private componentOf(slice: number, label: number): number {
    const { totals, below, tied } = this;
    const other = 2 * slice + 1 - label;
    const all = totals[other] as number;
    const level = tied[other] as number;
    return label === 1
      ? inUnits(2 * (below[other] as number) + level, all)
      : inUnits(2 * (all - (below[other] as number)) - level, all);
  }
}
