import { sizeFor, type GroupSizes, type RateCounts } from './constraint.js';
import { sizesOf, type ScoredGroup } from './decision-rule.js';

/**
 * All that thresholds can do in one group: point i calls favorable the rows whose score is above `cuts[i]`. The first
 * cut is ∞ and takes none, the last is −∞ and takes all; those between lie halfway between neighbouring scores.
 */
export interface ThresholdPoints extends GroupSizes {
  readonly cuts: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
}

/** Lists the points of a group, as many as it has distinct scores of rows that weigh anything, and one more. */
export const thresholdPoints = (rows: ScoredGroup): ThresholdPoints => {
  const { label, score, weight } = rows;
  const order = Uint32Array.from(score.keys())
    .filter((row) => weight === undefined || (weight[row] as number) > 0)
    .sort((a, b) => (score[b] as number) - (score[a] as number));
  const cuts = [Infinity];
  const truePositives = [0];
  const falsePositives = [0];
  const counts = [0, 0];
  order.forEach((row, rank) => {
    const of = label[row] as number;
    counts[of] = (counts[of] as number) + (weight?.[row] ?? 1);
    const value = score[row] as number;
    const next = rank + 1 < order.length ? (score[order[rank + 1] as number] as number) : -Infinity;
    if (next === value) return;
    cuts.push(between(value, next));
    falsePositives.push(counts[0] as number);
    truePositives.push(counts[1] as number);
  });
  return {
    ...sizesOf(rows),
    // In the order of the points, so that their last rates are 1 and not almost.
    positives: counts[1] as number,
    negatives: counts[0] as number,
    cuts: Float64Array.from(cuts),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
  };
};

/** Between neighbouring doubles there is none: then the lower one, which is not above itself. */
const between = (higher: number, lower: number): number => {
  const middle = (higher + lower) / 2;
  return middle < higher ? middle : lower;
};

/** A rate at each point, ascending from 0 to 1. Its denominator must not be 0. */
export const ratesAt = (points: ThresholdPoints, rate: keyof RateCounts): Float64Array => {
  const size = sizeFor(rate, points);
  return points.cuts.map((_, index) => {
    const tp = points.truePositives[index] as number;
    const fp = points.falsePositives[index] as number;
    return (rate === 'selected' ? tp + fp : rate === 'truePositives' ? tp : fp) / size;
  });
};
