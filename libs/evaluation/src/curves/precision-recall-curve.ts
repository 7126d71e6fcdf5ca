import type { PrecisionRecallCurve } from '@sluice/contracts';
import type { ScoreHistogram } from '../profile.js';

/** A point at least each 1/98 of the way along both axes, beside the ends. */
const step = 1 / 98;

/**
 * Precision over recall at the lower edge of each bin, from the highest down, less the points that lie within 1/98 of the
 * last one. null when a class has no rows. The average precision takes the rows of a bin for tied.
 */
export const precisionRecallCurve = ({
  bins,
  positives,
  negatives,
}: ScoreHistogram): PrecisionRecallCurve | null => {
  const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0);
  const [all, others] = [sum(positives), sum(negatives)];
  if (all === 0 || others === 0) return null;
  const points: { recall: number; precision: number }[] = [];
  let [found, taken, average] = [0, 0, 0];
  for (let index = bins.length - 1; index >= 0; index -= 1) {
    const own = positives[index] as number;
    found += own;
    taken += own + (negatives[index] as number);
    if (taken === 0) continue;
    const [recall, precision] = [found / all, found / taken];
    average += (own / all) * precision;
    const last = points.at(-1);
    if (!last) points.push({ recall: 0, precision });
    const way = last
      ? Math.abs(recall - last.recall) + Math.abs(precision - last.precision)
      : Infinity;
    if (way >= step || index === 0) points.push({ recall, precision });
  }
  return { points, baseRate: all / (all + others), averagePrecision: average };
};
