import type { CalibrationCurve } from '@sluice/contracts';
import { wilson } from '@sluice/statistics';
import type { ScoreHistogram } from '../profile.js';
import { binMiddle, scoreBins } from './score-histogram.js';

/** Ten are few enough that each has rows to say something, and what others show. */
const coarseBins = 10;

/**
 * How the share of favorable rows follows the score: in each tenth of [0, 1] the mean score, the share observed, and
 * Wilson's 95 % interval of it. Calibrated scores have the share within the interval, more often than not.
 *
 * A row's score is taken for the middle of its bin of the histogram, so that a mean is off by at most half a bin.
 */
export const calibrationCurve = (histogram: ScoreHistogram): CalibrationCurve => {
  const width = scoreBins / coarseBins;
  const sums = Array.from({ length: coarseBins }, () => ({ rows: 0, positives: 0, scores: 0 }));
  histogram.bins.forEach((bin, index) => {
    const into = sums[Math.floor(bin / width)] as (typeof sums)[number];
    const positives = histogram.positives[index] as number;
    const rows = positives + (histogram.negatives[index] as number);
    into.rows += rows;
    into.positives += positives;
    into.scores += rows * binMiddle(bin);
  });
  return {
    bins: sums
      .map(({ rows, positives, scores }, index) => ({ rows, positives, scores, index }))
      .filter(({ rows }) => rows > 0)
      .map(({ rows, positives, scores, index }) => ({
        from: index / coarseBins,
        to: (index + 1) / coarseBins,
        rows,
        meanScore: scores / rows,
        observed: positives / rows,
        interval: wilson({ successes: positives, trials: rows }).interval,
      })),
    meanWithin: 0.5 / scoreBins,
  };
};
