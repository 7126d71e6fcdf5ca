import type { Measure } from '@sluice/contracts';
import {
  binnedAucDifference,
  binnedAucInterval,
  type BinnedAuc,
  type RankBounds,
} from '@sluice/statistics';
import { levelOf, measured, withoutValue, type MeasureRequest } from '../measure.js';
import { rowsByLabel } from '../merge-ranking.js';
import type { BinarySlice, Cell } from '../profile.js';
import { boundsOfRanks, middleOf } from './bounded-ranks.js';
import { effectiveClasses } from './tally.js';

/**
 * The AUC of a profile that was merged from parts without a ranking: from what is known of ranks. The measure states how far
 * the exact AUC may be from it, and its interval allows for that.
 */
export const binnedAucMeasure = (
  request: MeasureRequest,
  slice: Pick<BinarySlice, 'cells' | 'scores'>,
): Measure => {
  const { cells } = slice;
  const n = cells.reduce((sum, { count }) => sum + count, 0);
  const level = levelOf(request);
  const bounds = boundsOfRanks(slice, 'version');
  if (bounds === null)
    return withoutValue(request, 'undefined', n, 'the rows of a label weigh nothing');
  const one = (binned: BoundedAuc): Measure =>
    measured(request, { ...binnedAucInterval(binned, { level }), n }, binned.errorBound);
  const version = binnedAucOf(bounds, cells);
  if (request.of === 'version') return one(version);
  const theirs = boundsOfRanks(slice, 'champion');
  if (theirs === null)
    return withoutValue(request, 'undefined', n, 'there are no scores of the champion');
  const champion = binnedAucOf(theirs, cells);
  if (request.of === 'champion') return one(champion);
  const difference = binnedAucDifference(version, champion, { level });
  return measured(request, { ...difference, n }, version.errorBound + champion.errorBound);
};

type BoundedAuc = BinnedAuc & { readonly errorBound: number };

/** In the middle of where it may be, with the variances that it has when the rows of a run are tied. */
export const binnedAucOf = (
  { auc, tied }: RankBounds,
  cells: readonly Pick<Cell, 'label' | 'count' | 'weight'>[],
): BoundedAuc => {
  const { value, errorBound } = middleOf(auc);
  const sizes = effectiveClasses(rowsByLabel(cells));
  return { model: { auc: value, variance: tied.variance }, sizes, errorBound };
};
