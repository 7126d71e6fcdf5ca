import { drawMultinomial } from '../multinomial-bootstrap.js';
import type { Random } from '../random.js';
import { categoryTest, type CategoryCounts } from './category-test.js';
import {
  tooFew,
  undefinedDistance,
  type TwoSampleDistance,
  type TwoSampleTest,
} from './test-result.js';
import { sampleSizes, type SampleSizes } from './two-samples.js';

/**
 * The total variation distance ½ Σ |p − q| of the samples' shares of categories, in [0, 1]: the largest difference in
 * the share of rows over any set of categories. 0: the same shares; 1: no category in common. Symmetric.
 *
 * Undefined when a sample has no rows.
 */
export const totalVariation = (samples: CategoryCounts): TwoSampleDistance => {
  const method = 'total-variation';
  const n = sampleSizes(samples);
  const few = tooFew(n);
  if (few) return undefinedDistance(method, n, few);
  return { distance: variation(samples.reference, samples.current, n), n, method };
};

const variation = (
  reference: readonly number[],
  current: readonly number[],
  n: SampleSizes,
): number =>
  Math.min(
    1,
    reference.reduce(
      (sum, count, index) =>
        sum + Math.abs(count / n.reference - (current[index] as number) / n.current) / 2,
      0,
    ),
  );

export interface TotalVariationOptions {
  readonly random: Random;
  /** 999 unless told otherwise: the smallest p-value is then 0.001. */
  readonly replicates?: number;
}

/**
 * The test of equal shares by total variation distance.
 *
 * Both samples are drawn anew, `replicates` times, from the pooled shares; p is the share of (1 + replicates) distances
 * that reach the observed one, itself included, so never 0. Evidently permutes rows instead, which tends to the same,
 * and reports p without the 1.
 *
 * Undefined when a sample has no rows or there are fewer than two categories.
 *
 * @throws RangeError unless the counts are whole numbers
 */
export const totalVariationTest = (
  samples: CategoryCounts,
  { random, replicates = 999 }: TotalVariationOptions,
): TwoSampleTest =>
  categoryTest('total-variation-pooled-multinomial', samples, ({ reference, current, n }) => {
    const statistic = variation(reference, current, n);
    const pooled = reference.map((count, index) => count + (current[index] as number));
    let reached = 1;
    for (let replicate = 0; replicate < replicates; replicate += 1) {
      const drawn = variation(
        drawMultinomial(n.reference, pooled, random),
        drawMultinomial(n.current, pooled, random),
        n,
      );
      // Distances that are equal but for rounding count as reached.
      if (drawn >= statistic - 1e-12) reached += 1;
    }
    return { statistic, pValue: reached / (replicates + 1) };
  });
