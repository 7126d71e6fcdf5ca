import { HereHandle, type Answering } from '../here-handle.js';
import { WorkerHandle } from '../worker-handle.js';
import { codedPanels } from './counted-cells.js';
import { PairArena, type PairShapes } from './pair-arena.js';
import type { ChampionWalked, PairCounts, PairTask, VersionWalked } from './pair-plan.js';
import { eachCount, type PairResults } from './pair-results.js';
import { pairAnswers, type PairAnswer, type PairRequest } from './pair-answers.js';
import { PanelKeys } from './panel-keys.js';
import type { BufferShape } from './row-buffer.js';
import { feedRows } from './row-feed.js';
import { scoreLimits, type ScoreLimits } from './score-limits.js';
import type { ScoreSource } from './score-source.js';
import type { WalkPlan } from './score-walk.js';
import type { CountedTable, Walked } from './walk-results.js';

const rowsPerBuffer = 2 ** 15;
const mostBuckets = 1024;

/** How the work is parted, which the result doesn't depend on. */
export interface PairOptions {
  readonly threads: number;
  /** Whether there is but the thread that asks. */
  readonly isHere?: boolean;
  /** So many that a row finds its bucket's memory in a cache, so few that they are sorted in one. */
  readonly rowsPerBucket: number;
}

type Thread = Answering<PairRequest, PairAnswer>;

/** All walks, each from the lowest scores to the highest, and the table that they are of. */
export interface PairWalks<Table extends CountedTable> extends PairResults {
  readonly sums: Table;
  readonly version: readonly Walked[];
  readonly champion: readonly Walked[];
}

/**
 * Rows are read by all threads in turn. Then each walks over its part of the champion's scores, then of the version's,
 * wherever rows were read; see `PairWalk`.
 */
export class PairRounds {
  private readonly keys: readonly PanelKeys[];
  private read = 0;

  constructor(
    private readonly source: ScoreSource,
    private readonly shapes: PairShapes,
    private readonly onRows: (done: number) => void,
    private readonly options: PairOptions,
  ) {
    this.keys = codedPanels(source.layout).map(({ sizes }) => new PanelKeys(sizes));
  }

  /** @param tableOf makes a table of what each thread counted */
  async run<Table extends CountedTable>(
    tableOf: (counted: readonly PairCounts[]) => Table,
  ): Promise<PairWalks<Table>> {
    const { threads, isHere = false } = this.options;
    const workers: Thread[] = isHere
      ? [new HereHandle(pairAnswers())]
      : Array.from({ length: threads }, () => new WorkerHandle('ranking/pair-worker'));
    try {
      const task = await this.task();
      const counted = await this.feed(workers, task);
      const sums = tableOf(counted);
      const plans = new PairPlans(this.keys, counted, sums, task.limits);
      const { numbers, combinations } = plans;
      const lists = counted.map((own) => own.lists);
      const champions = (await Promise.all(
        plans
          .of('champion')
          .map((plan, part) =>
            (workers[part] as Thread).ask({ champion: { ...plan, part, lists, numbers } }),
          ),
      )) as ChampionWalked[];
      const handedOn = champions.map((walked) => walked.lists);
      const versions = (await Promise.all(
        plans
          .of('version')
          .map((plan, part) =>
            (workers[part] as Thread).ask({ version: { ...plan, part, lists: handedOn } }),
          ),
      )) as VersionWalked[];
      return {
        sums,
        combinations,
        champion: champions.map(({ result }) => ({ result, combinations })),
        version: versions.map(({ result }) => ({ result, combinations })),
        differences: champions.map(({ differences }) => differences),
        products: versions.flatMap(({ products }) => products),
      };
    } finally {
      await Promise.all(workers.map((worker) => worker.close()));
    }
  }

  private async task(): Promise<PairTask> {
    const { source, shapes } = this;
    const { threads, rowsPerBucket } = this.options;
    const { rows, layout, relation, units } = source;
    const limits = {
      version: await scoreLimits(source, threads, true),
      champion: await scoreLimits({ ...source, score: source.rival as string }, threads, true),
    };
    const all = Math.min(mostBuckets, rows / rowsPerBucket);
    const buckets = Math.max(1, Math.floor(all / threads));
    const shape: BufferShape = {
      rows: rowsPerBuffer,
      codes: relation.codes.length,
      weighted: units.weight !== null,
      paired: true,
    };
    const memory = PairArena.memoryFor(rows, shapes, threads * threads * buckets);
    return { panels: codedPanels(layout), shape, shapes, limits, buckets, ...memory };
  }

  private async feed(workers: readonly Thread[], task: PairTask): Promise<PairCounts[]> {
    const told = workers.map((worker) => worker.ask({ task }));
    const onRows = (rows: number): void => {
      this.read = Math.min(this.source.rows, this.read + rows);
      this.onRows(this.read);
    };
    await Promise.all([...told, feedRows(this.source, null, task.shape, workers, onRows)]);
    const counted = await Promise.all(workers.map((worker) => worker.ask({ counted: true })));
    return counted as PairCounts[];
  }
}

/** Numbers the combinations that threads met, and tells what lies below each part of the scores. */
class PairPlans {
  readonly combinations: readonly (readonly (readonly number[])[])[];
  /** By thread and panel, from the numbers of a thread's combinations to these. */
  readonly numbers: readonly (readonly Uint16Array[])[];
  private readonly slices: WalkPlan['panels'];
  private readonly totals: Float64Array;

  constructor(
    keys: readonly PanelKeys[],
    private readonly counted: readonly PairCounts[],
    private readonly table: CountedTable,
    private readonly limits: Readonly<Record<'version' | 'champion', ScoreLimits>>,
  ) {
    const { panels, sums, units } = table;
    const known = keys.map(() => new Map<number, number>());
    this.numbers = counted.map((own) =>
      own.panels.map((panel, index) => {
        const byKey = known[index] as Map<number, number>;
        return Uint16Array.from(panel.keys, (key) => {
          if (!byKey.has(key)) byKey.set(key, byKey.size);
          return byKey.get(key) as number;
        });
      }),
    );
    this.combinations = known.map((byKey, index) =>
      Array.from(byKey.keys(), (key) => (keys[index] as PanelKeys).codesOf(key)),
    );
    this.slices = this.combinations.map((own, index) =>
      own.map((codes) => (panels[index] as (typeof panels)[number]).of(codes)),
    );
    this.totals = new Float64Array(2 * sums.length);
    sums.forEach((slice, index) => {
      this.totals[2 * index] = Number(slice.classMass(false, units).sum);
      this.totals[2 * index + 1] = Number(slice.classMass(true, units).sum);
    });
  }

  /** By part of a score. */
  of(score: 'version' | 'champion'): WalkPlan[] {
    const versions = this.limits.version.limits.length - 1;
    const parts = this.limits[score].limits.length - 1;
    const partOf = (both: number): number =>
      score === 'version' ? both % versions : Math.floor(both / versions);
    const own = Array.from({ length: parts }, () => new Float64Array(this.totals.length));
    this.counted.forEach(({ panels }, thread) =>
      panels.forEach((panel, index) => {
        const slices = this.slices[index] as WalkPlan['panels'][number];
        const numbers = this.numbers[thread]?.[index] as Uint16Array;
        eachCount(panel, (key, both, mark, mass) => {
          const into = own[partOf(both)] as Float64Array;
          for (const slice of slices[numbers[key] as number] as readonly number[])
            into[2 * slice + (mark & 1)] = (into[2 * slice + (mark & 1)] as number) + mass;
        });
      }),
    );
    const below = new Float64Array(this.totals.length);
    return own.map((masses) => {
      const plan = {
        panels: this.slices,
        slices: this.table.sums.length,
        totals: this.totals,
        below: below.slice(),
      };
      masses.forEach((mass, at) => {
        below[at] = (below[at] as number) + mass;
      });
      return plan;
    });
  }
}
