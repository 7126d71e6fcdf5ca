import { binShares } from './bin-shares.js';
import type { BinnedSamples } from './binned-samples.js';
import { undefinedDistance, type TwoSampleDistance } from './test-result.js';

/**
 * The Hellinger distance √(½ Σ (√p − √q)²) = √(1 − Σ √(pq)) of the samples' shares, in [0, 1].
 *
 * 0: the same shares; 1: no bin in common. Symmetric. Computed from the differences of roots, which is exact for equal
 * shares, where Evidently's 1 − Σ √(pq) leaves √ε ≈ 1.5e-8.
 *
 * Undefined when a sample has no rows.
 */
export const hellinger = (samples: BinnedSamples): TwoSampleDistance => {
  const method = 'hellinger';
  const shares = binShares(samples);
  const { n, undefinedBecause } = shares;
  if (undefinedBecause !== null) return undefinedDistance(method, n, undefinedBecause);
  const squares = shares.reference.reduce((sum, p, bin) => {
    const difference = Math.sqrt(p) - Math.sqrt(shares.current[bin] as number);
    return sum + difference * difference;
  }, 0);
  return { distance: Math.min(1, Math.sqrt(squares / 2)), n, method };
};
