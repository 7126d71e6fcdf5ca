import type { ExactParts } from './exact-sums.js';
import { CountedRanks } from './counted-ranks.js';
import { workIn, type KernelMemory } from './kernels.js';
import { takeBuckets, type OrderedRows } from './ordered-rows.js';
import type { RowComponents } from './pair-components.js';
import { ScoreCharges } from './score-charges.js';
import { membersOf, SliceRanks, type SliceMasses } from './slice-ranks.js';
import type { SortableRows } from './sort-rows.js';
import { WeightedRanks } from './weighted-ranks.js';

/** How rows fall into slices, and what is known of these before their scores are looked at. */
export interface WalkPlan extends SliceMasses {
  /** For each panel, by its combinations of codes, the slices that their rows belong to. */
  readonly panels: readonly (readonly (readonly number[])[])[];
}

/** What a walk over some of the rows found; walks over the others add to it. */
export interface WalkResult {
  /** By slice, see `sliceSum`. */
  readonly slices: ExactParts;
  /** By cell of each panel, at 2 · combination + label, see `cellSum`. */
  readonly panels: readonly {
    readonly sums: ExactParts;
    /** Σ w by cell, then bin. */
    readonly bins: Float64Array;
  }[];
  readonly distance: Float64Array;
  readonly distanceAt: Float64Array;
  readonly gains: Float64Array;
  /** The first score and the last; the first is above the last where there are no rows. */
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Walks over rows from the lowest score to the highest, and takes all sums of scores on the way: ranks within every
 * slice at once, since how many rows of a slice lie below is counted as one goes, histograms and losses.
 *
 * The definitions are those of `ranksSql`, `histogramSql` and `lossesSql`, to the last bit but for the logarithm, of
 * which engines have their own. Sums are whole numbers and exact, so that it doesn't matter how rows are parted among
 * walks. This is the idea of X. Sun and W. Xu, Fast implementation of DeLong's algorithm, IEEE Signal Processing
 * Letters 21 (2014), with counts in place of midranks.
 */
export const walkOver = (rows: OrderedRows, plan: WalkPlan): WalkResult =>
  workIn((memory) => {
    const walk = new ScoreWalk(
      memory,
      plan,
      rows.parts.some(({ layout }) => layout.weighted),
    );
    takeBuckets(memory, rows, (sorted, from, to) => walk.over(sorted, from, to));
    return walk.result();
  });

/** A walk as far as it has come. */
export class ScoreWalk {
  private readonly ranks: SliceRanks;
  private readonly panels: readonly {
    readonly charges: ScoreCharges;
    readonly ranks: CountedRanks | WeightedRanks;
  }[];
  private lowest = Infinity;
  private highest = -Infinity;

  /**
   * @param memory rows to be walked over lie in it
   * @param components where those of each row go, if they are needed; see `RowComponents.begin`
   */
  constructor(memory: KernelMemory, plan: WalkPlan, weighted: boolean, components?: RowComponents) {
    this.ranks = new SliceRanks(plan);
    this.panels = plan.panels.map((combinations, panel) => {
      const [members, own] = [membersOf(combinations), components?.panels[panel] ?? null];
      return {
        charges: new ScoreCharges(memory, 2 * combinations.length),
        ranks: weighted
          ? new WeightedRanks(this.ranks, members, own)
          : new CountedRanks(memory, this.ranks, members, own),
      };
    });
  }

  /** Goes on over sorted rows, whose scores are above those of all rows before. */
  over(sorted: SortableRows, from: number, to: number): void {
    this.lowest = Math.min(this.lowest, sorted.scores[from] as number);
    this.highest = sorted.scores[to - 1] as number;
    this.panels.forEach(({ charges, ranks }, panel) => {
      const cells = sorted.cells[panel] as Uint32Array;
      charges.over(sorted, cells, from, to);
      ranks.over(sorted, cells, from, to);
    });
  }

  /** What was found, once all rows were walked over. */
  result(): WalkResult {
    for (const { charges, ranks } of this.panels) {
      charges.carry();
      ranks.carry();
    }
    const { sums, distance, distanceAt, gains } = this.ranks;
    return {
      slices: partsOf(sums),
      panels: this.panels.map(({ charges: { sums: own, bins } }) => ({
        sums: partsOf(own),
        // A copy: what crosses to another thread takes no more with it.
        bins: bins.slice(),
      })),
      distance,
      distanceAt,
      gains,
      lowest: this.lowest,
      highest: this.highest,
    };
  }
}

const partsOf = ({ high, low }: ExactParts): ExactParts => ({ high, low });
