import { WorkerHandle } from '../worker-handle.js';
import { codedPanels } from './counted-cells.js';
import { PanelKeys } from './panel-keys.js';
import { markings, type BufferShape } from './row-buffer.js';
import { feedRows } from './row-feed.js';
import { scoreLimits, type ScoreLimits } from './score-limits.js';
import type { ScoreSource } from './score-source.js';
import type { WalkPlan, WalkResult } from './score-walk.js';
import type { CountedTable, Walked } from './walk-results.js';
import type { CountedPanel, WalkAnswer, WalkRequest } from './walk-worker.js';

/** How the work is parted, which the result doesn't depend on. */
export interface RankOptions {
  readonly threads: number;
  /** Rows that are ranked at a time, about 10 bytes each. More are read and ranked in several rounds. */
  readonly rowsPerRound: number;
}

/** More threads would wait for the one that reads. */
export const usualOptions: RankOptions = { threads: 2, rowsPerRound: 2 ** 25 };
const rowsPerBuffer = 2 ** 15;

type Thread = WorkerHandle<WalkRequest, WalkAnswer>;

/** Makes a table of what threads counted in the first round: of all rows if they were told to, else of theirs. */
export type TableOf = (counted: readonly (readonly CountedPanel[])[]) => CountedTable;

/**
 * Rows are parted by score among threads, each of which sorts and walks over its own. What was counted below a part
 * is told to its thread before it starts, so that all of them together walk over all rows once.
 */
export class WalkRounds {
  private readonly shape: BufferShape;
  private readonly keys: readonly PanelKeys[];
  private table: CountedTable | undefined;
  /** Σ w by slice and label of all rows below the range at hand. */
  private below = new Float64Array(0);
  private taken = 0;

  /** @param counting whether the first round counts all rows */
  constructor(
    private readonly source: ScoreSource,
    private readonly counting: boolean,
    private readonly onRows: (done: number) => void,
    private readonly options: RankOptions,
  ) {
    this.shape = {
      rows: rowsPerBuffer,
      codes: source.relation.codes.length,
      weighted: source.units.weight !== null,
    };
    this.keys = codedPanels(source.layout).map(({ sizes }) => new PanelKeys(sizes));
  }

  /** All walks, from the lowest scores to the highest. */
  async run(tableOf: TableOf): Promise<Walked[]> {
    const { threads, rowsPerRound } = this.options;
    const workers: Thread[] = Array.from(
      { length: threads },
      () => new WorkerHandle('ranking/walk-worker'),
    );
    try {
      const parts = Math.max(threads, threads * Math.ceil(this.source.rows / rowsPerRound));
      const spread = await scoreLimits(this.source, parts, parts === threads);
      const walks: Walked[] = [];
      for (let first = 0; first < spread.limits.length - 1; first += threads)
        walks.push(...(await this.round(workers, spread, first, tableOf)));
      return walks;
    } finally {
      await Promise.all(workers.map((worker) => worker.close()));
    }
  }

  private async round(
    workers: readonly Thread[],
    { limits, lowest, highest }: ScoreLimits,
    first: number,
    tableOf: TableOf,
  ): Promise<Walked[]> {
    const { source, counting, shape } = this;
    const parts = limits.length - 1;
    const own = workers.slice(0, parts - first);
    const countsAll = counting && first === 0;
    const tasks = own.map((worker, index) =>
      worker.ask({
        task: {
          panels: codedPanels(source.layout),
          shape,
          expected: {
            count: Math.ceil((1.05 * source.rows) / parts),
            lowest: Math.max(lowest, limits[first + index] as number),
            highest: Math.min(highest, limits[first + index + 1] as number),
          },
          lowest: limits[first + index] as number,
          limit: limits[first + index + 1] as number,
          countsBeyond: countsAll && index === own.length - 1 && first + own.length < parts,
        },
      }),
    );
    const isWhole = countsAll || parts <= own.length;
    const range = isWhole
      ? null
      : ([limits[first], limits[first + own.length]] as [number, number]);
    await Promise.all([...tasks, feedRows(source, range, shape, own, (rows) => this.read(rows))]);
    const counted = (await Promise.all(
      own.map((worker) => worker.ask({ counted: true })),
    )) as (readonly CountedPanel[])[];
    this.table ??= tableOf(counted);
    const walks = own.map((worker, index) => this.walk(worker, counted[index] as CountedPanel[]));
    return Promise.all(walks);
  }

  /** Rows of the range are looked at once; others, which are only counted, again. */
  private read(rows: number): void {
    this.taken = Math.min(this.source.rows, this.taken + rows);
    this.onRows(this.taken);
  }

  private walk(worker: Thread, counted: readonly CountedPanel[]): Promise<Walked> {
    const { panels, sums, units } = this.table as CountedTable;
    if (this.below.length === 0) this.below = new Float64Array(2 * sums.length);
    const totals = new Float64Array(2 * sums.length);
    sums.forEach((slice, index) => {
      totals[2 * index] = Number(slice.classMass(false, units).sum);
      totals[2 * index + 1] = Number(slice.classMass(true, units).sum);
    });
    const combinations = counted.map(({ keys }, panel) =>
      keys.map((key) => (this.keys[panel] as PanelKeys).codesOf(key)),
    );
    const plan: WalkPlan = {
      panels: combinations.map((own, panel) =>
        own.map((codes) => (panels[panel] as (typeof panels)[number]).of(codes)),
      ),
      slices: sums.length,
      totals,
      below: this.below.slice(),
    };
    counted.forEach((own, panel) =>
      this.pass(own, plan.panels[panel] as WalkPlan['panels'][number]),
    );
    return worker.ask({ plan }).then((result) => ({ result: result as WalkResult, combinations }));
  }

  /** What a thread took is below the next one's. */
  private pass({ taken }: CountedPanel, slices: WalkPlan['panels'][number]): void {
    const { below } = this;
    slices.forEach((members, combination) => {
      for (let mark = 0; mark < markings; mark += 1) {
        const mass = taken[markings * combination + mark] as number;
        for (const slice of members) {
          const at = 2 * slice + (mark & 1);
          below[at] = (below[at] as number) + mass;
        }
      }
    });
  }
}
