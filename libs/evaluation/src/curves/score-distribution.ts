import type { ScoreDistribution } from '@sluice/contracts';
import type { ScoreHistogram } from '../profile.js';
import { scoreBins } from './score-histogram.js';

const shownBins = 20;

/** Rows by label in twenty bins of equal width, exact. */
export const scoreDistribution = (histogram: ScoreHistogram): ScoreDistribution => {
  const bins = Array.from({ length: shownBins }, (_, index) => ({
    from: index / shownBins,
    to: (index + 1) / shownBins,
    positives: 0,
    negatives: 0,
  }));
  histogram.bins.forEach((bin, index) => {
    const into = bins[Math.floor((bin * shownBins) / scoreBins)] as (typeof bins)[number];
    into.positives += histogram.positives[index] as number;
    into.negatives += histogram.negatives[index] as number;
  });
  return { bins };
};
