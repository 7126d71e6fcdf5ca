import { DifferenceCharges } from './difference-charges.js';
import { BucketPlaces, ChunkLayout, chunkBits, chunkRows, PairArena } from './pair-arena.js';
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
import { membersOf } from './slice-ranks.js';
import { SortedBucket, type SortedPairs } from './sorted-bucket.js';

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
  private readonly read: ChunkLayout;
  private readonly ranked: ChunkLayout;
  private readonly version: ScoreBuckets;

  constructor(private readonly task: PairTask) {
    const { shapes, limits, buckets } = task;
    this.arena = new PairArena(task.shared, task.bytesPerChunk);
    this.read = new ChunkLayout(this.arena, shapes.read);
    this.ranked = new ChunkLayout(this.arena, shapes.ranked);
    this.version = new ScoreBuckets(limits.version, buckets);
    const champion = new ScoreBuckets(limits.champion, buckets);
    this.intake = new PairIntake(task, this.arena, this.read, champion, this.version);
  }

  /** Walks over a part of the champion's scores, and hands rows on with their components. */
  overChampion(plan: ChampionPlan): ChampionWalked {
    const { weighted } = this.task.shape;
    const walk = new ScoreWalk(plan, weighted);
    const components = new RowComponents(plan, weighted);
    const differences = new DifferenceCharges(plan.panels.map((own) => 2 * own.length));
    const places = new BucketPlaces(this.arena, this.version.count);
    const bucket = new SortedBucket(this.arena, this.read, true);
    for (const number of this.bucketsOf(plan.part)) {
      bucket.load(plan.lists, number, plan.numbers);
      bucket.inOrder((rows, from, to) => {
        walk.over(rows, from, to);
        differences.over(rows, from, to);
        this.handOn(rows, from, to, components.over(rows, from, to), places);
      });
    }
    return { result: walk.result(), differences: differences.result(), lists: places.lists() };
  }

  /** Walks over a part of the version's scores, once all threads are through with the champion's. */
  overVersion(plan: PairPlan): VersionWalked {
    const { weighted } = this.task.shape;
    const walk = new ScoreWalk(plan, weighted);
    const components = new RowComponents(plan, weighted);
    const products = plan.panels.map((own) => productsOf(plan.slices, membersOf(own), weighted));
    const bucket = new SortedBucket(this.arena, this.ranked, false);
    for (const number of this.bucketsOf(plan.part)) {
      bucket.load(plan.lists, number, null);
      bucket.inOrder((rows, from, to) => {
        walk.over(rows, from, to);
        components.over(rows, from, to);
        products.forEach((own, panel) =>
          own.over(rows, panel, from, to, components.of(panel), bucket.components),
        );
      });
    }
    return { result: walk.result(), products: products.map((own) => own.result()) };
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
    values: Int32Array | Float64Array,
    places: BucketPlaces,
  ): void {
    const { arena, ranked, version } = this;
    const { strides, components, componentsAt, shape } = ranked;
    const { components: width } = shape;
    for (let row = from; row < to; row += 1) {
      const score = others[row] as number;
      const place = places.take(version.of(score));
      const chunk = place >>> chunkBits;
      const within = place & (chunkRows - 1);
      const at = chunk * strides.numbers + within;
      arena.numbers[at] = score;
      if (masses !== null) arena.numbers[at + chunkRows] = masses[row] as number;
      for (let panel = 0; panel < cells.length; panel += 1)
        arena.cells[chunk * strides.cells + ranked.cellsAt(panel) + within] = (
          cells[panel] as Uint16Array
        )[row] as number;
      const into = chunk * strides.components + componentsAt + within * width;
      const own = (row - from) * width;
      for (let index = 0; index < width; index += 1)
        components[into + index] = values[own + index] as number;
    }
  }
}
