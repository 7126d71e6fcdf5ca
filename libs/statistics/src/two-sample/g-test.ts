import { categoryTest, chiSquared, type CategoryCounts } from './category-test.js';
import type { TwoSampleTest } from './test-result.js';

/**
 * The G test (likelihood ratio) that both samples have the same shares of categories.
 *
 * Statistic: G = 2 Σ observed ln(observed / expected) over the cells of the 2 × k table, expected from its margins; an
 * empty cell adds 0. k − 1 degrees of freedom. Symmetric in the samples, which may be of any sizes.
 *
 * Undefined when a sample has no rows or there are fewer than two categories.
 */
export const gHomogeneity = (samples: CategoryCounts): TwoSampleTest =>
  categoryTest('g-homogeneity', samples, ({ reference, current, n }) => {
    const all = n.reference + n.current;
    let sum = 0;
    reference.forEach((count, index) => {
      const other = current[index] as number;
      const pooled = (count + other) / all;
      sum += surprise(count, n.reference * pooled) + surprise(other, n.current * pooled);
    });
    return chiSquared(Math.max(0, 2 * sum), reference.length - 1);
  });

/**
 * The G test that the current sample was drawn from the reference's shares, taken as known.
 *
 * Statistic: G = 2 Σ current ln(current / expected), expected = reference scaled to the current sample's size. At equal
 * sizes this is what Evidently computes; at unequal ones, where Evidently fails, the same with the scale that its
 * chi-square has. A category that the reference hasn't makes G infinite and p = 0; see `chiSquareAgainstReference`.
 *
 * Undefined when a sample has no rows or there are fewer than two categories.
 */
export const gAgainstReference = (samples: CategoryCounts): TwoSampleTest =>
  categoryTest('g-against-reference', samples, ({ reference, current, n }) => {
    const scale = n.current / n.reference;
    const sum = current.reduce(
      (total, count, index) => total + surprise(count, (reference[index] as number) * scale),
      0,
    );
    return chiSquared(Math.max(0, 2 * sum), reference.length - 1);
  });

const surprise = (observed: number, expected: number): number =>
  observed === 0 ? 0 : observed * Math.log(observed / expected);
