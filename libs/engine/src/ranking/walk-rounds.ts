import { isScore } from '../dataset/number-survey.js';
import { UnexpectedRows } from '../dataset/stream-vectors.js';
import { bucketsPerPart } from './bucketed-rows.js';
import { codedPanels } from './counted-cells.js';
import { PanelKeys } from './panel-keys.js';
import { markings, type BufferShape } from './row-buffer.js';
import { feedRows } from './row-feed.js';
import { scoreLimits, type ScoreLimits } from './score-limits.js';
import type { ScoreSource } from './score-source.js';
import type { WalkPlan, WalkResult } from './score-walk.js';
import { countAt, type CountedPanel, type TakenRows } from './taken-rows.js';
import type { WalkRequest } from './walk-answers.js';
import type { CountedTable, Walked } from './walk-results.js';
import { WalkThreads, type WalkThread } from './walk-threads.js';

/** How the work is parted, which the result doesn't depend on. */
export interface RankOptions {
  readonly threads: WalkThreads;
  /** Rows that are ranked at a time, about 10 bytes each. More are read and ranked in several rounds. */
  readonly rowsPerRound?: number;
}

/** With 2^25 rows, 33 million, a round takes some 350 MB. */
const usualRowsPerRound = 2 ** 25;
const rowsPerBuffer = 2 ** 15;

/** Makes a table of what threads counted in the first round: of all rows if they were told to, else of theirs. */
export type TableOf = (counted: readonly (readonly CountedPanel[])[]) => CountedTable;

/**
 * Threads take rows in turns and put them into buckets by score. Then each sorts and walks over some of the buckets of
 * all threads. What was counted below these is told to it before it starts, so that all of them together walk over all
 * rows once.
 */
export class WalkRounds {
  private readonly shape: BufferShape;
  private readonly keys: readonly PanelKeys[];
  private table: CountedTable | undefined;
  /** Σ w by slice and label of all rows below the range at hand. */
  private below = new Float64Array(0);
  private read = 0;

  /** @param counting whether the first round counts all rows */
  constructor(
    private readonly source: ScoreSource,
    private readonly counting: boolean,
    private readonly onRows: (done: number) => void,
    private readonly options: RankOptions,
  ) {
    this.shape = {
      rows: rowsPerBuffer,
      codes: source.positions === null ? source.relation.codes.length : 0,
      weighted: source.units.weight !== null,
      inPositions: source.positions !== null,
    };
    this.keys = codedPanels(source.layout).map(({ sizes }) => new PanelKeys(sizes));
  }

  /** All walks, from the lowest scores to the highest. */
  async run(tableOf: TableOf): Promise<Walked[]> {
    const { threads, rowsPerRound = usualRowsPerRound } = this.options;
    const all = threads.of(this.source.rows);
    const rounds = Math.ceil(this.source.rows / rowsPerRound);
    const spread = await scoreLimits(this.source, all.length * Math.max(1, rounds), rounds <= 1);
    const walks: Walked[] = [];
    for (let first = 0; first < spread.limits.length - 1; first += all.length)
      walks.push(...(await this.round(all, spread, first, tableOf)));
    return walks;
  }

  private async round(
    workers: readonly WalkThread[],
    spread: ScoreLimits,
    first: number,
    tableOf: TableOf,
  ): Promise<Walked[]> {
    const limits = spread.limits.slice(first, first + workers.length + 1);
    const parts = limits.length - 1;
    const isWhole = (this.counting && first === 0) || parts === spread.limits.length - 1;
    const range = isWhole ? null : ([limits[0], limits[parts]] as [number, number]);
    const rows = (this.source.rows * parts) / (spread.limits.length - 1);
    const buckets = bucketsPerPart(rows, parts);
    const task = {
      panels: codedPanels(this.source.layout),
      shape: this.shape,
      // Samples of scores are not quite what all of them are.
      expected: { ...spread, limits, count: Math.ceil((1.05 * rows) / workers.length) },
      buckets,
      predictsAtHalf: this.source.predictsAtHalf,
      sizes: this.source.positions?.sizes ?? null,
    };
    const tasks = workers.map((worker) => worker.ask({ task }));
    const onRows = (count: number): void => this.tell(count);
    await Promise.all([...tasks, feedRows(this.source, range, this.shape, workers, onRows)]);
    const taken = (await Promise.all(
      workers.map((worker) => worker.ask({ taken: true })),
    )) as TakenRows[];
    if (limits[parts] === Infinity && taken.some((own) => leftOut(own) > 0))
      throw new UnexpectedRows();
    this.table ??= tableOf(taken.map(({ counted }) => counted));
    const met = this.keys.map((_, panel) => new MetCombinations(taken, panel));
    const walks: Promise<Walked>[] = [];
    for (let part = 0; part < parts; part += 1) {
      const [from, to] = [part * buckets, (part + 1) * buckets];
      const ordered = {
        parts: taken.map(({ rows: own }) => own),
        cells: taken.map((_, thread) => met.map(({ cells }) => cells[thread] as Uint16Array)),
        from,
        to,
      };
      walks.push(this.walk(workers[part] as WalkThread, ordered, met));
      this.pass(taken, part);
    }
    const walked = await Promise.all(walks);
    if (this.source.positions !== null && walked.some(({ result }) => !areScores(result)))
      throw new UnexpectedRows();
    return walked;
  }

  /** Rows of the range are looked at once; others, which are only counted, again. */
  private tell(rows: number): void {
    this.read = Math.min(this.source.rows, this.read + rows);
    this.onRows(this.read);
  }

  private walk(
    worker: WalkThread,
    ordered: Extract<WalkRequest, { plan: WalkPlan }>['ordered'],
    met: readonly MetCombinations[],
  ): Promise<Walked> {
    const { panels, sums, units } = this.table as CountedTable;
    if (this.below.length === 0) this.below = new Float64Array(2 * sums.length);
    const totals = new Float64Array(2 * sums.length);
    sums.forEach((slice, index) => {
      totals[2 * index] = Number(slice.classMass(false, units).sum);
      totals[2 * index + 1] = Number(slice.classMass(true, units).sum);
    });
    const combinations = met.map(({ keys }, panel) =>
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
    return worker
      .ask({ plan, ordered })
      .then((result) => ({ result: result as WalkResult, combinations }));
  }

  /** What is in a part is below the next one. */
  private pass(taken: readonly TakenRows[], part: number): void {
    const { below } = this;
    const { panels } = this.table as CountedTable;
    for (const { counted } of taken)
      counted.forEach((own, panel) =>
        own.keys.forEach((key, combination) => {
          const codes = (this.keys[panel] as PanelKeys).codesOf(key);
          const slices = (panels[panel] as (typeof panels)[number]).of(codes);
          for (let mark = 0; mark < markings; mark += 1) {
            const mass = countAt(own, combination, part, mark);
            for (const slice of slices) {
              const at = 2 * slice + (mark & 1);
              below[at] = (below[at] as number) + mass;
            }
          }
        }),
      );
  }
}

/** Σ w of the rows that are beyond all parts: with the last of these, of scores that are no finite number. */
const leftOut = ({ counted }: TakenRows): number => {
  const [panel] = counted;
  if (panel === undefined) return 0;
  let sum = 0;
  for (let combination = 0; combination < panel.keys.length; combination += 1)
    for (let mark = 0; mark < markings; mark += 1)
      sum += countAt(panel, combination, panel.parts - 1, mark);
  return sum;
};

const areScores = ({ lowest, highest }: WalkResult): boolean =>
  lowest > highest || (isScore(lowest) && isScore(highest));

/** The combinations of a panel that came to any thread, and what each thread's cells are called among them. */
class MetCombinations {
  readonly keys: readonly number[];
  /** By thread. */
  readonly cells: readonly Uint16Array[];

  constructor(taken: readonly TakenRows[], panel: number) {
    const places = new Map<number, number>();
    this.cells = taken.map(({ counted }) => {
      const { keys, numbers } = counted[panel] as CountedPanel;
      const cells = new Uint16Array(
        2 * (1 + numbers.reduce((most, one) => Math.max(most, one), 0)),
      );
      keys.forEach((key, index) => {
        const place = places.get(key) ?? places.size;
        places.set(key, place);
        const number = numbers[index] as number;
        cells[2 * number] = 2 * place;
        cells[2 * number + 1] = 2 * place + 1;
      });
      return cells;
    });
    this.keys = [...places.keys()];
  }
}
