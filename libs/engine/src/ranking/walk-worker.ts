import { serveRequests, type Handled } from '../worker-loop.js';
import { BucketedRows, type ExpectedRows } from './bucketed-rows.js';
import { Combinations, type CodedPanel } from './combinations.js';
import { markings, rowBuffer, type BufferShape, type RowBuffer } from './row-buffer.js';
import { walkOver, type WalkPlan, type WalkResult } from './score-walk.js';

/** Which rows a thread takes. */
export interface WalkTask {
  readonly panels: readonly CodedPanel[];
  readonly shape: BufferShape;
  readonly expected: ExpectedRows;
  /** Rows with scores from `lowest` up to, but without, `limit`. */
  readonly lowest: number;
  readonly limit: number;
  /** Whether rows from the limit on are counted, too. */
  readonly countsBeyond: boolean;
}

/** How many rows came, by the combinations of a panel's codes. */
export interface CountedPanel {
  /** See `PanelKeys`. */
  readonly keys: readonly number[];
  /** Σ w of the rows that were taken, by combination, then marks. */
  readonly taken: Float64Array;
  /** Likewise of those beyond the limit. */
  readonly beyond: Float64Array;
}

/** A task, then rows in shared memory, then how many of them lie where, then the walk. */
export type WalkRequest =
  | { readonly task: WalkTask }
  | { readonly shared: SharedArrayBuffer; readonly rows: number }
  | { readonly counted: true }
  | { readonly plan: WalkPlan };

/** null where a request was but to be done; by panel when rows were to be counted. */
export type WalkAnswer = null | readonly CountedPanel[] | WalkResult;

/* A thread that ranks: sorting and counting millions of scores takes seconds, in which a service must stay awake. */

interface TakenPanel {
  readonly combinations: Combinations;
  taken: Float64Array;
  beyond: Float64Array;
}

class Walker {
  private readonly rows: BucketedRows;
  private readonly panels: readonly TakenPanel[];
  /** Rows of a buffer that are picked from it. */
  private readonly picked: Uint16Array;

  constructor(private readonly task: WalkTask) {
    const { panels, shape, expected } = task;
    this.rows = new BucketedRows(panels.length, shape.weighted, expected, shape.rows);
    this.picked = new Uint16Array(shape.rows);
    this.panels = panels.map((panel) => ({
      combinations: new Combinations(panel, shape.rows),
      taken: new Float64Array(0),
      beyond: new Float64Array(0),
    }));
  }

  take(shared: SharedArrayBuffer, rows: number): void {
    const { lowest, limit, shape, countsBeyond } = this.task;
    const buffer = rowBuffer(shape, shared);
    const count = this.pick(buffer.scores, rows, lowest, limit);
    const places = this.rows.add(buffer.scores, this.picked, count);
    this.panels.forEach((panel, index) => {
      const numbers = this.numbersOf(panel, buffer, count);
      this.count(panel.taken, buffer, numbers, count);
      this.keep(this.rows.cells(index), buffer, numbers, places, count);
    });
    if (this.rows.masses !== null && buffer.masses !== null)
      for (let index = 0; index < count; index += 1)
        this.rows.masses[places[index] as number] = buffer.masses[
          this.picked[index] as number
        ] as number;
    if (!countsBeyond) return;
    const others = this.pick(buffer.scores, rows, limit, Infinity);
    for (const panel of this.panels)
      this.count(panel.beyond, buffer, this.numbersOf(panel, buffer, others), others);
  }

  counted(): CountedPanel[] {
    return this.panels.map(({ combinations: { keys }, taken, beyond }) => ({
      keys,
      taken: taken.slice(0, markings * keys.length),
      beyond: beyond.slice(0, markings * keys.length),
    }));
  }

  walk(plan: WalkPlan): WalkResult {
    return walkOver(this.rows, plan);
  }

  /** Lists the rows with scores in a range. Written without a branch: which rows these are can't be foretold. */
  private pick(scores: Float64Array, rows: number, lowest: number, limit: number): number {
    const { picked } = this;
    let count = 0;
    for (let row = 0; row < rows; row += 1) {
      const score = scores[row] as number;
      picked[count] = row;
      count += Number(score >= lowest) & Number(score < limit);
    }
    return count;
  }

  /** The combinations of the picked rows, with room to count them. */
  private numbersOf(panel: TakenPanel, buffer: RowBuffer, count: number): Uint16Array {
    const numbers = panel.combinations.of(buffer, this.picked, count);
    const counts = markings * panel.combinations.keys.length;
    panel.taken = grown(panel.taken, counts);
    panel.beyond = grown(panel.beyond, counts);
    return numbers;
  }

  private count(
    into: Float64Array,
    { marks, masses }: RowBuffer,
    numbers: Uint16Array,
    count: number,
  ): void {
    const { picked } = this;
    if (masses === null) {
      for (let index = 0; index < count; index += 1) {
        const at =
          markings * (numbers[index] as number) + (marks[picked[index] as number] as number);
        into[at] = (into[at] as number) + 1;
      }
      return;
    }
    for (let index = 0; index < count; index += 1) {
      const row = picked[index] as number;
      const at = markings * (numbers[index] as number) + (marks[row] as number);
      into[at] = (into[at] as number) + (masses[row] as number);
    }
  }

  private keep(
    cells: Uint16Array,
    { marks }: RowBuffer,
    numbers: Uint16Array,
    places: Uint32Array,
    count: number,
  ): void {
    const { picked } = this;
    for (let index = 0; index < count; index += 1)
      cells[places[index] as number] =
        2 * (numbers[index] as number) + ((marks[picked[index] as number] as number) & 1);
  }
}

const grown = (counts: Float64Array, length: number): Float64Array => {
  if (length <= counts.length) return counts;
  const larger = new Float64Array(2 * length);
  larger.set(counts);
  return larger;
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
  if ('counted' in request) return { result: walker.counted() };
  const result = walker.walk(request.plan);
  walker = undefined;
  return { result };
};

serveRequests<WalkRequest, WalkAnswer>(handle);
