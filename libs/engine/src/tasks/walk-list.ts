import { borrowMemory, giveBack } from '../ranking/kernels.js';
import { RowComponents } from '../ranking/pair-components.js';
import { productsOf, type PairSums } from '../ranking/pair-products.js';
import { ScoreWalk, type WalkPlan, type WalkResult } from '../ranking/score-walk.js';
import { ScoreSorter, type SortableRows } from '../ranking/sort-rows.js';
import type { SortedPairs } from '../ranking/sorted-bucket.js';

/** Rows of several classes, in memory that all threads can read. */
export interface ClassedRows {
  /** By row, the position of its class. */
  readonly labels: Uint16Array;
  /** By panel, the number of each row's combination of codes. */
  readonly combinations: readonly Uint16Array[];
}

/**
 * The scores of one class for all rows, or those of several classes as one list: a row for each row and class, which is
 * positive where the row is of the class.
 */
export interface ScoreList {
  readonly rows: ClassedRows;
  /** Whole numbers of units; null where rows count 1. */
  readonly masses: Float64Array | null;
  readonly classes: readonly ListedScores[];
}

/** By row, the scores of a class. Of all classes of a list the champion has scores, or of none. */
export interface ListedScores {
  readonly at: number;
  readonly version: Float64Array;
  readonly champion: Float64Array | null;
}

export interface WalkedList {
  readonly version: WalkResult;
  readonly champion: WalkResult | null;
  /** By panel, what the components of both scores have in common; none without a champion. */
  readonly products: readonly PairSums[];
}

/** The bytes that ranking takes for each row of a list, beside its scores themselves. */
export const bytesPerListed = (panels: number, slices: number, weighted: boolean): number =>
  2 * (8 + 4) + 6 * panels + (weighted ? 8 : 0) + slices * (weighted ? 8 : 4);

/**
 * Ranks lists, one after the other, in memory that is used again: sorts where a list's rows are by the version's score, walks
 * over them, and keeps the structural components of each row; then likewise by the champion's, where components of both scores
 * meet. The definitions are those of `ScoreWalk` and `productsOf`, so that sums are the ones of SQL.
 */
export class ListWalker {
  private memory: ListMemory | undefined;

  walk(list: ScoreList, plan: WalkPlan): WalkedList {
    const listed = new ListedRows(list);
    if (this.memory?.suits(listed) !== true) {
      this.close();
      this.memory = new ListMemory(listed);
    }
    const { memory } = this;
    const isPaired = list.classes.every(({ champion }) => champion !== null);
    if (!isPaired)
      return { version: memory.walk(listed, 'version', plan), champion: null, products: [] };
    const { weighted } = listed;
    const ours = memory.components(plan, weighted);
    const known = new KeptComponents(ours, listed);
    const version = memory.walk(listed, 'version', plan, {
      components: ours,
      take: (_, places, from, to) => known.keep(places, from, to),
    });
    const theirs = memory.components(plan, weighted);
    const products = plan.panels.map((_, at) => productsOf(plan.slices, at, theirs, weighted));
    const champion = memory.walk(listed, 'champion', plan, {
      components: theirs,
      take: (rows, places, from, to) => {
        const pairs: SortedPairs = {
          ...rows,
          others: none,
          components: known.of(places, from, to),
        };
        for (const own of products) own.over(pairs, from, to);
      },
    });
    return { version, champion, products: products.map((own) => own.result()) };
  }

  close(): void {
    this.memory?.close();
    this.memory = undefined;
  }
}

const none = new Float64Array(0);

/** A list as one table of two classes. */
class ListedRows {
  readonly length: number;
  readonly weighted: boolean;
  /** By panel, in the order of the list. */
  readonly cells: readonly Uint16Array[];

  constructor(readonly list: ScoreList) {
    const { rows, masses, classes } = list;
    const { labels, combinations } = rows;
    const count = labels.length;
    this.length = count * classes.length;
    this.weighted = masses !== null;
    this.cells = combinations.map((own) => {
      const cells = new Uint16Array(this.length);
      classes.forEach(({ at }, index) => {
        for (let row = 0, next = index * count; row < count; row += 1, next += 1)
          cells[next] = 2 * (own[row] as number) + (labels[row] === at ? 1 : 0);
      });
      return cells;
    });
  }
}

/** What is done with sorted rows, when it is known where they are in the list and what their components are. */
interface Taking {
  readonly components: RowComponents;
  readonly take: (rows: SortableRows, places: Uint32Array, from: number, to: number) => void;
}

/** Walks take some memory each, and none is given back: beyond so much of it there is a new one. */
const mostTaken = 2 ** 27;

/** What kernels work in: room for the rows of a list, in the order of their scores. */
class ListMemory {
  private readonly kernels = borrowMemory();
  private readonly capacity: number;
  private readonly sorter: ScoreSorter;
  private readonly cells: readonly Uint32Array[];
  private readonly masses: Float64Array | null;
  private readonly own: number;

  constructor({ length, cells, weighted }: ListedRows) {
    this.capacity = length;
    this.sorter = new ScoreSorter(this.kernels, length);
    this.cells = cells.map(() => this.kernels.uint32(length));
    this.masses = weighted ? this.kernels.float64(length) : null;
    this.own = this.kernels.shared.byteLength;
  }

  /** Whether there is room for a list. */
  suits({ length, cells, weighted }: ListedRows): boolean {
    return (
      length <= this.capacity &&
      cells.length === this.cells.length &&
      weighted === (this.masses !== null) &&
      this.kernels.shared.byteLength - this.own <= mostTaken
    );
  }

  close(): void {
    giveBack(this.kernels);
  }

  components(plan: WalkPlan, weighted: boolean): RowComponents {
    return new RowComponents(this.kernels, plan, weighted);
  }

  walk(
    { list, length, cells, weighted }: ListedRows,
    of: 'version' | 'champion',
    plan: WalkPlan,
    taking?: Taking,
  ): WalkResult {
    const walk = new ScoreWalk(this.kernels, plan, weighted, taking?.components);
    this.load(list, of);
    this.sorter.inOrder(length, ({ scores, cells: places }, from, to) => {
      cells.forEach((own, panel) =>
        fetchCells(own, places, this.cells[panel] as Uint32Array, from, to),
      );
      if (list.masses !== null && this.masses !== null)
        fetchMasses(list.masses, places, this.masses, from, to);
      const rows: SortableRows = { scores, cells: this.cells, masses: this.masses };
      taking?.components.begin(from, to);
      walk.over(rows, from, to);
      taking?.take(rows, places, from, to);
    });
    return walk.result();
  }

  /** Puts scores into the sorter, each with its place in the list. */
  private load({ classes }: ScoreList, of: 'version' | 'champion'): void {
    const { scores, cells: places } = this.sorter.rows;
    let next = 0;
    for (const listed of classes) {
      const own = listed[of] as Float64Array;
      for (let row = 0; row < own.length; row += 1, next += 1) {
        // Adding 0 makes −0 into 0.
        scores[next] = (own[row] as number) + 0;
        places[next] = next;
      }
    }
  }
}

/** Puts cells into the order of their places in the list. */
const fetchCells = (
  own: Uint16Array,
  places: Uint32Array,
  into: Uint32Array,
  from: number,
  to: number,
): void => {
  for (let row = from; row < to; row += 1) into[row] = own[places[row] as number] as number;
};

/** Likewise what rows weigh, which is the same for all classes. */
const fetchMasses = (
  own: Float64Array,
  places: Uint32Array,
  into: Float64Array,
  from: number,
  to: number,
): void => {
  const rows = own.length;
  for (let row = from; row < to; row += 1)
    into[row] = own[(places[row] as number) % rows] as number;
};

/** The components of a list's rows by one score, by their place in the list. */
class KeptComponents {
  private readonly values: Int32Array | Float64Array;
  /** Those of the rows at hand, in their order. */
  private inOrder: Int32Array | Float64Array;

  constructor(
    private readonly components: RowComponents,
    { length, weighted }: ListedRows,
  ) {
    const { width } = components;
    this.values = weighted ? new Float64Array(length * width) : new Int32Array(length * width);
    this.inOrder = this.values.slice(0, 0);
  }

  /** Keeps those of sorted rows. */
  keep(places: Uint32Array, from: number, to: number): void {
    const { values: into } = this;
    const { values, width } = this.components;
    for (let row = from, next = 0; row < to; row += 1) {
      const first = (places[row] as number) * width;
      for (let at = 0; at < width; at += 1, next += 1) into[first + at] = values[next] as number;
    }
  }

  of(places: Uint32Array, from: number, to: number): Int32Array | Float64Array {
    const { values } = this;
    const { width } = this.components;
    const length = (to - from) * width;
    if (length > this.inOrder.length)
      this.inOrder =
        values instanceof Int32Array ? new Int32Array(2 * length) : new Float64Array(2 * length);
    const into = this.inOrder;
    for (let row = from, next = 0; row < to; row += 1) {
      const first = (places[row] as number) * width;
      for (let at = 0; at < width; at += 1, next += 1) into[next] = values[first + at] as number;
    }
    return into;
  }
}
