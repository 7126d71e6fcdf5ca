import { aucInterval } from './auc-interval.js';
import type { ByClass, RankedModel } from './delong.js';
import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { unpairedAucDifference } from './binned-auc.js';
import { twoSidedQuantile } from './normal.js';

/**
 * The interval of an area under the ROC curve whose scores come in rows: one positive and the same number of negatives of
 * each, which go together. So are the scores of all classes of a row as one list.
 *
 * Estimand: θ = P(s₊ > s₋) + ½ P(s₊ = s₋) over pairs of a positive and a negative, whatever their rows. With S10 and S01
 * DeLong's moments of the list and n its rows, the error of the estimate is a mean over rows of what the positive of each
 * adds, whose variance is S10, and of what its negatives add on average, whose variance is S01 at most. Whatever they have in
 * common,
 *
 *     V ≤ (√S10 + √S01)² / n
 *
 * which takes the place of DeLong's variance in `aucInterval`: too wide rather than too narrow.
 *
 * @param rows n, effective ones when they are weighted; at least 1
 * @throws RangeError without an area
 */
export const pooledAucInterval = (
  { auc, variance }: RankedModel,
  rows: number,
  options: IntervalOptions = {},
): Estimate => {
  const sizes = { positives: rows, negatives: rows };
  return { ...aucInterval(together({ auc, variance }), sizes, options), n: rows };
};

/**
 * The interval of the difference of two such areas of the same rows, d ± z √V, with the bound of V that the moments of the
 * differences of what scores add give: S10₁ + S10₂ − 2 S10₁₂, and S01 likewise. 0 means equal areas; limits are cut to [−1, 1].
 * Where no moments are known, or neither area varies, it is that of areas of different rows.
 *
 * @param covariance of the moments; null when it isn't known
 * @param rows n, effective ones when they are weighted; at least 1
 * @throws RangeError without an area
 */
export const pooledAucDifference = (
  first: RankedModel,
  second: RankedModel,
  covariance: ByClass | null,
  rows: number,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const spread = (side: keyof ByClass): number | null => {
    const [one, other, both] = [first.variance[side], second.variance[side], covariance?.[side]];
    return one === null || other === null || both == null
      ? null
      : Math.max(0, one + other - 2 * both);
  };
  const root = rootOf({ positive: spread('positive'), negative: spread('negative') });
  const varies = [first, second].some(({ variance }) => (rootOf(variance) ?? 0) > 0);
  if (root === null || !varies || first.auc === null || second.auc === null) {
    const sizes = { positives: rows, negatives: rows };
    return {
      ...unpairedAucDifference(together(first), together(second), sizes, { level }),
      n: rows,
    };
  }
  const estimate = first.auc - second.auc;
  const half = (twoSidedQuantile(level) * root) / Math.sqrt(rows);
  return {
    estimate,
    interval: {
      lower: Math.max(-1, estimate - half),
      upper: Math.min(1, estimate + half),
      level,
      method: 'delong',
    },
    n: rows,
  };
};

/** √S10 + √S01. */
const rootOf = ({ positive, negative }: ByClass): number | null =>
  positive === null || negative === null ? null : Math.sqrt(positive) + Math.sqrt(negative);

/** With all of its variance on one side, of which there is one for each row. */
const together = ({ auc, variance }: RankedModel): RankedModel => {
  const root = rootOf(variance);
  return {
    auc,
    variance: { positive: root === null ? null : root * root, negative: root === null ? null : 0 },
  };
};
