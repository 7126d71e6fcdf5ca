import type { Moments, ScoreHistogram } from '../profile.js';

/** Of width 0.001: a figure that takes a row's score for the middle of its bin is off by at most half of that. */
export const scoreBins = 1000;

/** Twentieths of [0, 1], for whose scores a histogram has the exact sum. */
export const scoreSums = 20;

/** The bin of a score. Scores that miss [0, 1] by rounding belong to the bin at that end. */
export const scoreBin = (score: number): number =>
  Math.min(scoreBins - 1, Math.max(0, Math.floor(score * scoreBins)));

/** The score in the middle of a bin. */
export const binMiddle = (bin: number): number => (bin + 0.5) / scoreBins;

/** The histogram of counts by bin, which have all `scoreBins` bins. */
export const histogramOfCounts = ({ positives, negatives, sums }: ScoreCounts): ScoreHistogram => {
  const bins: number[] = [];
  for (let bin = 0; bin < scoreBins; bin += 1)
    if ((positives[bin] as number) + (negatives[bin] as number) > 0) bins.push(bin);
  return {
    bins,
    positives: bins.map((bin) => positives[bin] as number),
    negatives: bins.map((bin) => negatives[bin] as number),
    sums: Array.from(sums),
  };
};

/** Rows by bin and label, of all bins, and the sums of their scores in each twentieth. */
export interface ScoreCounts {
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
  readonly sums: ArrayLike<number>;
}

/** Counts by bin, of all bins: the way back from `histogramOfCounts`. */
export const countsOfHistograms = (histograms: readonly ScoreHistogram[]): ScoreCounts => {
  const positives = new Float64Array(scoreBins);
  const negatives = new Float64Array(scoreBins);
  const sums = new Float64Array(scoreSums);
  for (const histogram of histograms) {
    histogram.sums.forEach((sum, index) => {
      sums[index] = (sums[index] as number) + sum;
    });
    histogram.bins.forEach((bin, index) => {
      positives[bin] = (positives[bin] as number) + (histogram.positives[index] as number);
      negatives[bin] = (negatives[bin] as number) + (histogram.negatives[index] as number);
    });
  }
  return { positives, negatives, sums };
};

/** As if the rows stood in one table. Sums that a part lacks are not known of the whole. */
export const mergeHistograms = (histograms: readonly ScoreHistogram[]): ScoreHistogram => {
  const sums = histograms.map(({ byLabel }) => byLabel);
  const known = sums.every((each) => each !== undefined);
  const counts = histogramOfCounts(countsOfHistograms(histograms));
  return {
    ...counts,
    ...mergeAmounts(histograms, counts.bins),
    ...(known && {
      byLabel: {
        positives: addedUp(sums.map(({ positives }) => positives)),
        negatives: addedUp(sums.map(({ negatives }) => negatives)),
      },
    }),
  };
};

/** The amounts of the whole, beside its bins. A part without rows has none, and none to tell. */
const mergeAmounts = (
  histograms: readonly ScoreHistogram[],
  bins: readonly number[],
): Pick<ScoreHistogram, 'amounts'> => {
  const filled = histograms.filter((each) => each.bins.length > 0);
  if (filled.length === 0 || filled.some(({ amounts }) => amounts === undefined)) return {};
  const of = (label: 'positives' | 'negatives'): number[] => {
    const byBin = new Map<number, number>();
    for (const { bins: own, amounts } of filled)
      own.forEach((bin, at) =>
        byBin.set(bin, (byBin.get(bin) ?? 0) + (amounts?.[label][at] as number)),
      );
    return bins.map((bin) => byBin.get(bin) as number);
  };
  return { amounts: { positives: of('positives'), negatives: of('negatives') } };
};

const addedUp = (parts: readonly Moments[]): Moments => ({
  sum: parts.reduce((total, { sum }) => total + sum, 0),
  squares: parts.reduce((total, { squares }) => total + squares, 0),
});
