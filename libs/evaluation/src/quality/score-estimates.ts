import {
  averagePrecisionInterval,
  gainInterval,
  kolmogorovSmirnovInterval,
  type CalibrationCounts,
  type Estimate,
  type IntervalOptions,
  type LabelledBins,
} from '@sluice/statistics';
import { scoreBin, scoreBins, scoreSums } from '../curves/score-histogram.js';
import { rowsByLabel } from '../merge-ranking.js';
import { gainShares, type BinarySlice, type ScoreHistogram } from '../profile.js';
import { boundsOfRanks, rankFigure, type RankFigure } from './bounded-ranks.js';
import type { Predictor } from './rates.js';
import { effectiveClasses, effectiveScale, tallyOf } from './tally.js';

type ScoredSlice = Pick<BinarySlice, 'cells' | 'ranking' | 'scores'>;

/** An estimate, and how far that of the rows may be from it; its interval doesn't allow for that yet. */
export interface BoundedEstimate {
  readonly estimate: Estimate;
  /** Absent when the estimate is exact. */
  readonly errorBound?: number;
}

const boundedBy = (estimate: Estimate, { errorBound }: RankFigure): BoundedEstimate => ({
  estimate,
  ...(errorBound !== undefined && { errorBound }),
});

/** Rows by label and bin: effective ones, when they are weighted. null without scores. */
export const effectiveHistogram = (
  { cells, scores }: Pick<BinarySlice, 'cells' | 'scores'>,
  predictor: Predictor,
): ScoreHistogram | null => {
  const histogram = scores?.[predictor];
  if (!histogram) return null;
  const scale = effectiveScale(tallyOf(cells));
  const scaled = (counts: readonly number[]): number[] => counts.map((count) => count * scale);
  return {
    bins: histogram.bins,
    positives: scaled(histogram.positives),
    negatives: scaled(histogram.negatives),
    sums: scaled(histogram.sums),
    ...(histogram.amounts && {
      amounts: {
        positives: scaled(histogram.amounts.positives),
        negatives: scaled(histogram.amounts.negatives),
      },
    }),
  };
};

const calibrationBins = 10;

/** An error over tenths of the scores, from counts and the exact sums of scores. null without scores. */
export const calibrationErrorOf = (
  slice: ScoredSlice,
  predictor: Predictor,
  error: (bins: readonly CalibrationCounts[], options: IntervalOptions) => Estimate,
  level: number,
): Estimate | null => {
  const histogram = effectiveHistogram(slice, predictor);
  if (histogram === null) return null;
  const bins = Array.from({ length: calibrationBins }, () => ({
    rows: 0,
    positives: 0,
    scores: 0,
  }));
  const binOf = (position: number, of: number) =>
    bins[Math.floor((position * calibrationBins) / of)] as (typeof bins)[number];
  histogram.bins.forEach((bin, index) => {
    const into = binOf(bin, scoreBins);
    const positives = histogram.positives[index] as number;
    into.positives += positives;
    into.rows += positives + (histogram.negatives[index] as number);
  });
  histogram.sums.forEach((sum, twentieth) => {
    binOf(twentieth, scoreSums).scores += sum;
  });
  return error(bins, { level });
};

/**
 * null without ranks.
 *
 * @param negativesOfRow where scores come in rows: see `averagePrecisionInterval`
 */
export const areaUnderPrecisionRecall = (
  slice: ScoredSlice,
  predictor: Predictor,
  level: number,
  negativesOfRow?: number,
): BoundedEstimate | null => {
  const area = rankFigure(
    slice,
    predictor,
    ({ averagePrecision }) => averagePrecision,
    ({ averagePrecision }) => averagePrecision,
  );
  const bins = binsOf(slice, predictor);
  return (
    area &&
    bins &&
    boundedBy(averagePrecisionInterval(area.value, bins, { level }, negativesOfRow), area)
  );
};

/** null without ranks. */
export const distanceOfDistributions = (
  slice: ScoredSlice,
  predictor: Predictor,
  level: number,
): BoundedEstimate | null => {
  const { cells, ranking } = slice;
  const distance = rankFigure(
    slice,
    predictor,
    ({ kolmogorovSmirnov }) => kolmogorovSmirnov?.statistic,
    (bounds) => bounds.distance,
  );
  const score =
    ranking === null
      ? boundsOfRanks(slice, predictor)?.distance.score
      : ranking[predictor]?.kolmogorovSmirnov?.score;
  const histogram = effectiveHistogram(slice, predictor);
  if (distance === null || score === undefined || histogram === null) return null;
  const shares = sharesAbove(histogram, score);
  const sizes = effectiveClasses(ranking ?? rowsByLabel(cells));
  return boundedBy(kolmogorovSmirnovInterval(distance.value, shares, sizes, { level }), distance);
};

/** null without ranks. */
export const gainAt = (
  share: number,
  slice: ScoredSlice,
  predictor: Predictor,
  level: number,
): BoundedEstimate | null => {
  const place = (gainShares as readonly number[]).indexOf(share);
  const gain = rankFigure(
    slice,
    predictor,
    ({ gains }) => gains?.[place],
    ({ gains }) => gains[place] ?? { lower: 0, upper: 1 },
  );
  const bins = binsOf(slice, predictor);
  return gain && bins && boundedBy(gainInterval(gain.value, share, bins, { level }), gain);
};

/** null where a label has no rows of any weight. */
const binsOf = (slice: ScoredSlice, predictor: Predictor): LabelledBins | null => {
  const histogram = effectiveHistogram(slice, predictor);
  const has = (counts: readonly number[]): boolean => counts.some((count) => count > 0);
  return histogram && has(histogram.positives) && has(histogram.negatives) ? histogram : null;
};

/** The shares of either label in the bin of a score and above it. */
const sharesAbove = (
  { bins, positives, negatives }: ScoreHistogram,
  score: number,
): { positive: number; negative: number } => {
  const from = scoreBin(score);
  const above = (counts: readonly number[]): number => {
    let [all, high] = [0, 0];
    counts.forEach((count, index) => {
      all += count;
      if ((bins[index] as number) >= from) high += count;
    });
    return high / all;
  };
  return { positive: above(positives), negative: above(negatives) };
};
