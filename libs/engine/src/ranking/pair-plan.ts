import type { CodedPanel } from './combinations.js';
import type { ExactParts } from './exact-sums.js';
import type { BucketLists, PairShapes } from './pair-arena.js';
import type { PairSums } from './pair-products.js';
import type { BufferShape } from './row-buffer.js';
import type { ScoreLimits } from './score-limits.js';
import type { WalkPlan, WalkResult } from './score-walk.js';

/** How rows are read and kept. */
export interface PairTask {
  readonly panels: readonly CodedPanel[];
  readonly shape: BufferShape;
  readonly shapes: PairShapes;
  readonly shared: SharedArrayBuffer;
  /** See `PairArena`. */
  readonly stride: number;
  readonly limits: Readonly<Record<'version' | 'champion', ScoreLimits>>;
  /** In each part of either score. */
  readonly buckets: number;
}

/** What rows a thread read. */
export interface PairCounts {
  readonly panels: readonly PairCountedPanel[];
  /** By buckets of the champion's score. */
  readonly lists: BucketLists;
}

export interface PairCountedPanel {
  /** See `PanelKeys`. */
  readonly keys: readonly number[];
  /** Σ w by combination, part of the champion's score, part of the version's, marks. */
  readonly counts: Float64Array;
}

/** A part of the scores to be walked over. */
export interface PairPlan extends WalkPlan {
  readonly part: number;
  /** Of all threads. */
  readonly lists: readonly BucketLists[];
}

export interface ChampionPlan extends PairPlan {
  /** By thread and panel, the numbers of the thread's combinations among those of the plan. */
  readonly numbers: readonly (readonly Uint16Array[])[];
}

export interface ChampionWalked {
  readonly result: WalkResult;
  /** By panel, see `differenceSum`. */
  readonly differences: readonly ExactParts[];
  /** By buckets of the version's score. */
  readonly lists: BucketLists;
}

export interface VersionWalked {
  readonly result: WalkResult;
  /** By panel; each has the slices of its own groupings. */
  readonly products: readonly PairSums[];
}
