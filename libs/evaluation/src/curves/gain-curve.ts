import type { GainCurve } from '@sluice/contracts';
import type { ScoreHistogram } from '../profile.js';

const step = 1 / 98;

/**
 * The share of favorable rows found over the share of rows selected, at the lower edge of each bin from the highest down,
 * less the points that lie within 1/98 of the last one. null without favorable rows. Lift is its height over its width.
 */
export const gainCurve = ({ bins, positives, negatives }: ScoreHistogram): GainCurve | null => {
  const sum = (counts: readonly number[]): number => counts.reduce((all, each) => all + each, 0);
  const all = sum(positives);
  const rows = all + sum(negatives);
  if (all === 0) return null;
  const points = [{ share: 0, gain: 0 }];
  let [found, taken, gone] = [0, 0, 0];
  for (let index = bins.length - 1; index >= 0; index -= 1) {
    found += positives[index] as number;
    taken += (positives[index] as number) + (negatives[index] as number);
    const way = found / all + taken / rows;
    if (way - gone < step && index > 0) continue;
    points.push({ share: taken / rows, gain: found / all });
    gone = way;
  }
  return { points };
};
