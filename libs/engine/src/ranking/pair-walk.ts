import { DifferenceCharges } from './difference-charges.js';
import { BucketPlaces, chunkBits, chunkRows, PairArena, wordsOf } from './pair-arena.js';
import { workIn, type KernelMemory } from './kernels.js';
import { RowComponents } from './pair-components.js';
import { PairIntake } from './pair-intake.js';
import type {
  ChampionPlan,
  ChampionWalked,
  PairPlan,
  PairTask,
  VersionWalked,
} from './pair-plan.js';
import { productsOf } from './pair-products.js';
import { ScoreBuckets } from './score-buckets.js';
import { ScoreWalk } from './score-walk.js';
import { longestBucket, SortedBucket, wordsOfView, type SortedPairs } from './sorted-bucket.js';

/**
 * A thread's share of ranking rows by two scores.
 *
 * Rows fall into buckets by the champion's score as they come. Bucket by bucket they are sorted and walked over, and go
 * on into buckets by the version's score, each with its structural components of the champion's. These buckets are
 * sorted and walked over in turn, and components of both scores meet. So each row moves between memory and caches a few
 * times, always in streams; by its number it would be looked for in all of memory.
 */
export class PairWalk {
  readonly intake: PairIntake;
  private readonly arena: PairArena;
  private readonly version: ScoreBuckets;
  private bucketOfRow = new Uint16Array(0);

  constructor(private readonly task: PairTask) {
    const { limits, buckets } = task;
    this.arena = new PairArena(task.shared, task.stride);
    this.version = new ScoreBuckets(limits.version, buckets);
    const champion = new ScoreBuckets(limits.champion, buckets);
    this.intake = new PairIntake(task, this.arena, champion, this.version);
  }

  /** Walks over a part of the champion's scores, and hands rows on with their components. */
  overChampion(plan: ChampionPlan): ChampionWalked {
    return workIn((memory) => this.championIn(memory, plan));
  }

  /** Walks over a part of the version's scores, once all threads are through with the champion's. */
  overVersion(plan: PairPlan): VersionWalked {
    return workIn((memory) => this.versionIn(memory, plan));
  }

  private championIn(memory: KernelMemory, plan: ChampionPlan): ChampionWalked {
    const { weighted } = this.task.shape;
    const components = new RowComponents(memory, plan, weighted);
    const walk = new ScoreWalk(memory, plan, weighted, components);
    const differences = new DifferenceCharges(plan.panels.map((own) => 2 * own.length));
    const places = new BucketPlaces(this.arena, this.version.count);
    const bucket = this.sorted(memory, plan, 'read');
    for (const number of this.bucketsOf(plan.part)) {
      bucket.inOrder(plan.lists, number, plan.numbers, (rows, from, to) => {
        components.begin(from, to);
        walk.over(rows, from, to);
        differences.over(rows, from, to);
        this.handOn(rows, from, to, components, places);
      });
    }
    return { result: walk.result(), differences: differences.result(), lists: places.lists() };
  }

  private versionIn(memory: KernelMemory, plan: PairPlan): VersionWalked {
    const { weighted } = this.task.shape;
    const components = new RowComponents(memory, plan, weighted);
    const walk = new ScoreWalk(memory, plan, weighted, components);
    const products = plan.panels.map((_, panel) =>
      productsOf(plan.slices, panel, components, weighted),
    );
    const bucket = this.sorted(memory, plan, 'ranked');
    for (const number of this.bucketsOf(plan.part)) {
      bucket.inOrder(plan.lists, number, null, (rows, from, to) => {
        components.begin(from, to);
        walk.over(rows, from, to);
        for (const own of products) own.over(rows, from, to);
      });
    }
    return { result: walk.result(), products: products.map((own) => own.result()) };
  }

  private sorted(
    memory: KernelMemory,
    { part, lists }: PairPlan,
    shape: 'read' | 'ranked',
  ): SortedBucket {
    const { buckets, shapes } = this.task;
    const most = longestBucket(lists, part * buckets, (part + 1) * buckets);
    return new SortedBucket(memory, this.arena, shapes[shape], most, shape === 'read');
  }

  private bucketsOf(part: number): number[] {
    const { buckets } = this.task;
    return Array.from({ length: buckets }, (_, index) => part * buckets + index);
  }

  /** Puts rows into buckets by the version's score, with their components of the champion's. */
  private handOn(
    { others, cells, masses }: SortedPairs,
    from: number,
    to: number,
    { words: componentWords }: RowComponents,
    places: BucketPlaces,
  ): void {
    const { version } = this;
    const { words, stride } = this.arena;
    const { components, cells: cellsAt, all } = wordsOf(this.task.shapes.ranked);
    const scoreWords = wordsOfView(others);
    const massWords = masses && wordsOfView(masses);
    const width = cellsAt - components;
    if (to - from > this.bucketOfRow.length) this.bucketOfRow = new Uint16Array(2 * (to - from));
    const { bucketOfRow } = this;
    version.bucketsOf(others, from, to, bucketOfRow);
    for (let row = from; row < to; row += 1) {
      const place = places.take(bucketOfRow[row - from] as number);
      const at = (place >>> chunkBits) * stride + (place & (chunkRows - 1)) * all;
      words[at] = scoreWords[2 * row] as number;
      words[at + 1] = scoreWords[2 * row + 1] as number;
      if (massWords !== null) {
        words[at + 2] = massWords[2 * row] as number;
        words[at + 3] = massWords[2 * row + 1] as number;
      }
      const own = (row - from) * width;
      for (let index = 0; index < width; index += 1)
        words[at + components + index] = componentWords[own + index] as number;
      for (let panel = 0; panel < cells.length; panel += 1)
        words[at + cellsAt + panel] = (cells[panel] as Uint32Array)[row] as number;
    }
  }
}
