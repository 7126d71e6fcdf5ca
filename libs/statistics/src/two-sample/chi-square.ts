import { square } from '../estimate.js';
import { categoryTest, chiSquared, type CategoryCounts } from './category-test.js';
import type { TwoSampleTest } from './test-result.js';

/**
 * The chi-square test that both samples have the same shares of categories (homogeneity).
 *
 * Statistic: X² = Σ (observed − expected)² / expected over the cells of the 2 × k table, expected from its margins;
 * k − 1 degrees of freedom, k the categories that occur. Symmetric in the samples. The p-value is asymptotic: with
 * expected counts below 5 or so it is rough.
 *
 * Undefined when a sample has no rows or there are fewer than two categories.
 *
 * Source: K. Pearson, Philosophical Magazine 50 (1900).
 */
export const chiSquareHomogeneity = (samples: CategoryCounts): TwoSampleTest =>
  categoryTest('chi-square-homogeneity', samples, ({ reference, current, n }) => {
    const all = n.reference + n.current;
    let statistic = 0;
    reference.forEach((count, index) => {
      const other = current[index] as number;
      const pooled = (count + other) / all;
      statistic += square(count - n.reference * pooled) / (n.reference * pooled);
      statistic += square(other - n.current * pooled) / (n.current * pooled);
    });
    return chiSquared(statistic, reference.length - 1);
  });

/**
 * The chi-square test that the current sample was drawn from the reference's shares, taken as known.
 *
 * Statistic: X² = Σ (current − expected)² / expected, expected = reference scaled to the current sample's size; k − 1
 * degrees of freedom. This is what Evidently computes. As it ignores that the reference is a sample too, it alarms too
 * often unless the reference is much larger; and a category that the reference hasn't makes X² infinite and p = 0,
 * however few rows have it. `chiSquareHomogeneity` has neither fault.
 *
 * Undefined when a sample has no rows or there are fewer than two categories.
 */
export const chiSquareAgainstReference = (samples: CategoryCounts): TwoSampleTest =>
  categoryTest('chi-square-against-reference', samples, ({ reference, current, n }) => {
    const scale = n.current / n.reference;
    const statistic = reference.reduce((sum, count, index) => {
      const expected = count * scale;
      return sum + square((current[index] as number) - expected) / expected;
    }, 0);
    return chiSquared(statistic, reference.length - 1);
  });
