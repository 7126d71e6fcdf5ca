import { serveRequests, type Handled } from '../worker-loop.js';
import { rowBuffer, type BufferShape } from './row-buffer.js';
import { ScoreWalk, type WalkPlan, type WalkResult } from './score-walk.js';
import { makeRows, type SortableRows } from './sort-rows.js';

/** The combinations of codes in a panel, and the columns that they are of. */
export interface CodedPanel {
  readonly columns: readonly number[];
  readonly combinations: readonly (readonly number[])[];
}

/** Which rows a thread takes, and what it makes of them. */
export interface WalkTask {
  readonly plan: WalkPlan;
  readonly panels: readonly CodedPanel[];
  readonly shape: BufferShape;
  /** About so many rows will come; more make it slower. */
  readonly expected: number;
  /** Rows with scores from `lowest` up to, but without, `limit`. */
  readonly lowest: number;
  readonly limit: number;
}

/** A task, then rows in shared memory, then how many of them lie where, then the walk. */
export type WalkRequest =
  | { readonly task: WalkTask }
  | { readonly shared: SharedArrayBuffer; readonly rows: number }
  | { readonly counted: true }
  | { readonly below: Float64Array };

/** null where a request was but to be done; Σ w by 2 · slice + label when it was to be counted. */
export type WalkAnswer = null | Float64Array | WalkResult;

/* A thread that ranks: sorting and counting millions of scores takes seconds, in which a service must stay awake. */

class Walker {
  private rows: SortableRows;
  private length = 0;
  private readonly combinations: readonly ((
    codes: readonly Uint16Array[],
    row: number,
  ) => number)[];

  constructor(private readonly task: WalkTask) {
    this.rows = this.allocate(task.expected);
    this.combinations = task.panels.map(combinationOf);
  }

  take(shared: SharedArrayBuffer, rows: number): void {
    const { lowest, limit, shape } = this.task;
    const { scores, masses, codes, labels } = rowBuffer(shape, shared);
    this.reserve(this.length + rows);
    const into = this.rows;
    for (let row = 0; row < rows; row += 1) {
      // Adding 0 makes −0 into 0.
      const score = (scores[row] as number) + 0;
      if (score < lowest || score >= limit) continue;
      const at = this.length++;
      into.scores[at] = score;
      if (into.masses !== null && masses !== null) into.masses[at] = masses[row] as number;
      for (let panel = 0; panel < this.combinations.length; panel += 1) {
        const combination = this.combinations[panel] as (typeof this.combinations)[number];
        (into.cells[panel] as Uint16Array)[at] =
          2 * combination(codes, row) + (labels[row] as number);
      }
    }
  }

  counts(): Float64Array {
    const { plan } = this.task;
    const counts = new Float64Array(2 * plan.slices);
    const { cells, masses } = this.rows;
    plan.panels.forEach((combinations, panel) => {
      const own = cells[panel] as Uint16Array;
      const byCell = new Float64Array(2 * combinations.length);
      for (let row = 0; row < this.length; row += 1) {
        const cell = own[row] as number;
        byCell[cell] = (byCell[cell] as number) + (masses === null ? 1 : (masses[row] as number));
      }
      combinations.forEach((slices, combination) => {
        for (const slice of slices)
          for (const label of [0, 1])
            counts[2 * slice + label] =
              (counts[2 * slice + label] as number) + (byCell[2 * combination + label] as number);
      });
    });
    return counts;
  }

  walk(below: Float64Array): WalkResult {
    const walk = new ScoreWalk(this.task.plan, below);
    walk.over(this.rows, this.length);
    const { slices, panels, distance, distanceAt, gains } = walk;
    return {
      slices: { high: slices.high, low: slices.low },
      panels: panels.map(({ sums, bins }) => ({
        sums: { high: sums.high, low: sums.low },
        bins,
      })),
      distance,
      distanceAt,
      gains,
    };
  }

  private reserve(length: number): void {
    if (length <= this.rows.scores.length) return;
    const larger = this.allocate(Math.max(length, Math.ceil(this.rows.scores.length * 1.5)));
    larger.scores.set(this.rows.scores);
    larger.cells.forEach((cells, panel) => cells.set(this.rows.cells[panel] as Uint16Array));
    if (this.rows.masses !== null) larger.masses?.set(this.rows.masses);
    this.rows = larger;
  }

  private allocate(length: number): SortableRows {
    return makeRows(length, this.task.panels.length, this.task.shape.weighted);
  }
}

/** The largest table of combinations by their codes. */
const largestTable = 2 ** 20;

/** Looks up the combination of a row's codes. */
const combinationOf = ({
  columns,
  combinations,
}: CodedPanel): ((codes: readonly Uint16Array[], row: number) => number) => {
  const sizes = columns.map(
    (_, at) => 1 + Math.max(...combinations.map((codes) => codes[at] as number)),
  );
  const strides = sizes.map((_, at) =>
    sizes.slice(0, at).reduce((product, size) => product * size, 1),
  );
  const keyOf = (codes: readonly number[]): number =>
    codes.reduce((key, code, at) => key + code * (strides[at] as number), 0);
  const keyOfRow = (codes: readonly Uint16Array[], row: number): number => {
    let key = 0;
    for (let at = 0; at < columns.length; at += 1)
      key +=
        ((codes[columns[at] as number] as Uint16Array)[row] as number) * (strides[at] as number);
    return key;
  };
  const all = sizes.reduce((product, size) => product * size, 1);
  if (all <= largestTable) {
    const table = new Uint16Array(all);
    combinations.forEach((codes, index) => {
      table[keyOf(codes)] = index;
    });
    return (codes, row) => table[keyOfRow(codes, row)] as number;
  }
  const known = new Map(combinations.map((codes, index) => [keyOf(codes), index]));
  return (codes, row) => known.get(keyOfRow(codes, row)) as number;
};

let walker: Walker | undefined;

const handle = async (request: WalkRequest): Promise<Handled<WalkAnswer>> => {
  if ('task' in request) {
    walker = new Walker(request.task);
    return { result: null };
  }
  if (walker === undefined) throw new Error('There is no task yet.');
  if ('shared' in request) {
    walker.take(request.shared, request.rows);
    return { result: null };
  }
  if ('counted' in request) return { result: walker.counts() };
  const result = walker.walk(request.below);
  walker = undefined;
  return { result };
};

serveRequests<WalkRequest, WalkAnswer>(handle);
