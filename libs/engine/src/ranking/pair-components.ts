import type { KernelMemory } from './kernels.js';
import type { WalkPlan } from './score-walk.js';
import { membersOf, type Members } from './slice-ranks.js';

/** How many slices rows of a panel belong to, which are as many for each of its combinations. */
const countOf = ({ starts }: Members): number => (starts.length > 1 ? (starts[1] as number) : 0);

/** By cell of a panel, 2 · slice + label for each of its slices. */
const placesOf = (members: Members): Int32Array => {
  const count = countOf(members);
  const cells = 2 * (members.starts.length - 1);
  return Int32Array.from({ length: cells * count }, (_, at) => {
    const cell = Math.floor(at / count);
    return 2 * (members.slices[(cell >> 1) * count + (at % count)] as number) + (cell & 1);
  });
};

/**
 * The structural components of rows in all of their slices, for whoever needs them of each row: of a positive twice the
 * negatives below and those level, of a negative twice the positives above and those level; in units of
 * `componentExponent` where rows are weighted.
 */
export class RowComponents {
  /** Of a row, in the slices of all panels. */
  readonly width: number;
  readonly panels: readonly PanelComponents[];
  /** Row by row; memory that is used again. */
  values: Int32Array | Float64Array;
  /** The same memory. */
  words: Int32Array;
  /** The row that is the first in it. */
  from = 0;

  constructor(
    memory: KernelMemory,
    plan: WalkPlan,
    private readonly weighted: boolean,
  ) {
    let width = 0;
    this.panels = plan.panels.map((combinations) => {
      const members = membersOf(combinations);
      const at = width;
      width += countOf(members);
      return new PanelComponents(this, members, at, memory.float64(2 * plan.slices));
    });
    this.width = width;
    this.values = this.room(0);
    this.words = new Int32Array(this.values.buffer);
  }

  /** Makes room for those of some rows. */
  begin(from: number, to: number): void {
    this.from = from;
    const length = (to - from) * this.width;
    if (length <= this.values.length) return;
    this.values = this.room(2 * length);
    this.words = new Int32Array(this.values.buffer);
  }

  private room(length: number): Int32Array | Float64Array {
    return this.weighted ? new Float64Array(length) : new Int32Array(length);
  }
}

/** Those in the slices of a panel, which is told them score by score. */
export class PanelComponents {
  /** By cell, 2 · slice + label for each of its slices. */
  readonly places: Int32Array;
  /** Slices of each row. */
  readonly count: number;

  /** @param at where a row's first one is among those of all panels */
  constructor(
    private readonly rows: RowComponents,
    members: Members,
    readonly at: number,
    /** By slice and label, the component of rows of the score at hand. */
    readonly levels: Float64Array,
  ) {
    this.places = placesOf(members);
    this.count = countOf(members);
  }

  /** Rows have the levels at hand. */
  tell(cells: Uint32Array, start: number, end: number): void {
    const { levels, places, count, at } = this;
    const { values, width, from } = this.rows;
    for (let row = start; row < end; row += 1) {
      const first = (cells[row] as number) * count;
      const own = (row - from) * width + at;
      for (let index = 0; index < count; index += 1)
        values[own + index] = levels[places[first + index] as number] as number;
    }
  }
}
