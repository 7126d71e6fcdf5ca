import type { Measure } from '@sluice/contracts';
import {
  binnedAuc,
  binnedAucDifference,
  binnedAucInterval,
  type BinnedAuc,
} from '@sluice/statistics';
import { levelOf, measured, withoutValue, type MeasureRequest } from '../measure.js';
import type { Cell, ScoreHistogram, ScoreProfile } from '../profile.js';

/**
 * The AUC of a profile that was merged from parts: ranks don't add up, but the counts of score bins do. The measure
 * states how far the exact AUC may be from it, and its interval allows for that.
 *
 * @throws RangeError when a class has no rows
 */
export const binnedAucMeasure = (
  request: MeasureRequest,
  scores: ScoreProfile,
  cells: readonly Cell[],
): Measure => {
  const n = cells.reduce((sum, { count }) => sum + count, 0);
  const level = levelOf(request);
  const effective = effectiveSizes(cells);
  const of = (histogram: ScoreHistogram): BinnedAuc => binnedAuc(histogram, effective);
  const one = (binned: BinnedAuc): Measure =>
    measured(request, { ...binnedAucInterval(binned, { level }), n }, boundOf(binned));
  const version = of(scores.version);
  if (request.of === 'version') return one(version);
  if (scores.champion === null)
    return withoutValue(request, 'undefined', n, 'there are no scores of the champion');
  const champion = of(scores.champion);
  if (request.of === 'champion') return one(champion);
  const difference = binnedAucDifference(version, champion, { level });
  return measured(request, { ...difference, n }, boundOf(version) + boundOf(champion));
};

const boundOf = ({ errorBound }: BinnedAuc): number => {
  if (errorBound === null) throw new RangeError('An AUC needs rows of both classes.');
  return errorBound;
};

/** (Σ w)² / Σ w² by label; undefined when no row has a weight. */
const effectiveSizes = (
  cells: readonly Cell[],
): { positives: number; negatives: number } | undefined => {
  if (cells.every(({ weight }) => weight === undefined)) return undefined;
  const ofLabel = (label: boolean): number => {
    const own = cells.filter((cell) => cell.label === label);
    const sum = own.reduce((total, { weight, count }) => total + (weight?.sum ?? count), 0);
    const squares = own.reduce((total, { weight, count }) => total + (weight?.squares ?? count), 0);
    return (sum * sum) / squares;
  };
  return { positives: ofLabel(true), negatives: ofLabel(false) };
};
