import { binShares, withoutZeros } from './bin-shares.js';
import type { BinnedSamples } from './binned-samples.js';
import { undefinedDistance, type TwoSampleDistance } from './test-result.js';

/**
 * The population stability index, Σ (p − q) ln(p / q) over the bins' shares p in the reference and q in the current
 * sample: KL(p‖q) + KL(q‖p). 0: the same shares; from 0.1 on commonly called a moderate shift, from 0.25 a large one.
 * Unbounded, symmetric.
 *
 * Empty bins are filled as Evidently does (`withoutZeros`). Grows with the number of bins and at small n.
 *
 * Undefined when a sample has no rows.
 */
export const populationStabilityIndex = (samples: BinnedSamples): TwoSampleDistance => {
  const method = 'population-stability-index';
  const shares = binShares(samples);
  const { n, undefinedBecause } = shares;
  if (undefinedBecause !== null) return undefinedDistance(method, n, undefinedBecause);
  const reference = withoutZeros(shares.reference);
  const current = withoutZeros(shares.current);
  const distance = reference.reduce((sum, p, bin) => {
    const q = current[bin] as number;
    return sum + (p - q) * Math.log(p / q);
  }, 0);
  return { distance, n, method };
};
