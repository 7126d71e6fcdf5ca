import { rankBounds, type Bounds, type RankBounds, type ScoreRuns } from '@sluice/statistics';
import { scoreBins } from '../curves/score-histogram.js';
import { rowsByLabel } from '../merge-ranking.js';
import {
  gainShares,
  type BinarySlice,
  type Cell,
  type RankedScores,
  type ScoreHistogram,
  type ScoreProfile,
} from '../profile.js';
import type { Predictor } from './rates.js';
import { effectiveClasses } from './tally.js';

type ScoredSlice = Pick<BinarySlice, 'cells' | 'ranking' | 'scores'>;

/** A figure that rests on ranks. */
export interface RankFigure {
  readonly value: number;
  /** How far that of the rows may be from it; absent when it is exact. */
  readonly errorBound?: number;
}

/** In the middle of where it may be. */
export const middleOf = ({ lower, upper }: Bounds): Required<RankFigure> => ({
  value: (lower + upper) / 2,
  errorBound: (upper - lower) / 2,
});

/**
 * A figure of the ranking where there is one, else from what merged profiles know of ranks. null without scores, and where a
 * label has no rows of any weight.
 */
export const rankFigure = (
  slice: ScoredSlice,
  predictor: Predictor,
  exact: (ranked: RankedScores) => number | null | undefined,
  bounded: (bounds: RankBounds) => Bounds,
): RankFigure | null => {
  if (slice.ranking !== null) {
    const ranked = slice.ranking[predictor];
    const value = ranked && exact(ranked);
    return value == null ? null : { value };
  }
  const bounds = boundsOfRanks(slice, predictor);
  return bounds && middleOf(bounded(bounds));
};

/** The metrics of a slice share them, as long as there is the slice. */
const known = new WeakMap<ScoreProfile, Partial<Record<Predictor, RankBounds | null>>>();

/**
 * What is known of ranks without a ranking: from the runs of the scores where the profile has them, else from their bins. null
 * without scores, and where a label has no rows of any weight.
 */
export const boundsOfRanks = (
  {
    cells,
    scores,
  }: Pick<ScoredSlice, 'scores'> & {
    readonly cells: readonly Pick<Cell, 'label' | 'count' | 'weight'>[];
  },
  predictor: Predictor,
): RankBounds | null => {
  const histogram = scores?.[predictor];
  if (!scores || !histogram) return null;
  const ofSlice = known.get(scores) ?? {};
  known.set(scores, ofSlice);
  const sizes = effectiveClasses(rowsByLabel(cells));
  return (ofSlice[predictor] ??=
    sizes.positives > 0 && sizes.negatives > 0
      ? rankBounds(scores.runs?.[predictor] ?? runsOfBins(histogram), gainShares, sizes)
      : null);
};

/** Rows of a bin may lie anywhere in it, and no row of another bin lies between them. */
const runsOfBins = ({ bins, positives, negatives }: ScoreHistogram): ScoreRuns => ({
  low: bins.map((bin) => (bin + 0.25) / scoreBins),
  high: bins.map((bin) => (bin + 0.75) / scoreBins),
  positives,
  negatives,
});
