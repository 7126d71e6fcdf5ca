import type { RocCurve, RocPoint } from '@sluice/contracts';
import type { ScoreHistogram } from '../profile.js';

/** A point at least each 1/98 of the way, which is 2 long when measured along both axes: at most 198 with both ends. */
const step = 1 / 98;

/**
 * The ROC curve of a histogram: (FPR, TPR) at the lower edge of each bin, from the highest down, less the points that
 * lie within 1/98 of the last one. null when a class has no rows.
 *
 * Rows of one bin count as tied. With p_b and n_b rows by label in bin b, the area is off from the exact AUC by at
 * most ½ Σ p_b n_b / (P N): each pair of a bin counts half, and is worth between 0 and 1.
 */
export const rocCurve = ({ bins, positives, negatives }: ScoreHistogram): RocCurve | null => {
  const totalPositives = sum(positives);
  const totalNegatives = sum(negatives);
  if (totalPositives === 0 || totalNegatives === 0) return null;

  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0 }];
  let [above, below, wins, ties, gone] = [0, 0, 0, 0, 0];
  for (let index = bins.length - 1; index >= 0; index -= 1) {
    const positive = positives[index] as number;
    const negative = negatives[index] as number;
    wins += negative * above;
    ties += negative * positive;
    above += positive;
    below += negative;
    const falsePositiveRate = below / totalNegatives;
    const truePositiveRate = above / totalPositives;
    const way = falsePositiveRate + truePositiveRate;
    if (way - gone < step && index > 0) continue;
    points.push({ falsePositiveRate, truePositiveRate });
    gone = way;
  }
  const pairs = totalPositives * totalNegatives;
  return { points, auc: (wins + ties / 2) / pairs, aucWithin: ties / 2 / pairs };
};

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);
