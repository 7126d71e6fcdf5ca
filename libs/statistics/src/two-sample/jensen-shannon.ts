import { binShares } from './bin-shares.js';
import type { BinnedSamples } from './binned-samples.js';
import { undefinedDistance, type TwoSampleDistance } from './test-result.js';

/**
 * The Jensen–Shannon distance √(½ KL(p‖m) + ½ KL(q‖m)), m = (p + q) / 2, of the samples' shares.
 *
 * A metric: symmetric, 0 only for the same shares; largest when no bin has rows of both: √ln 2 in nats (`base` e, the
 * default, as Evidently), 1 in bits (`base` 2, as NannyML). Empty bins stay empty.
 *
 * Undefined when a sample has no rows.
 *
 * Source: D. M. Endres and J. E. Schindelin, A new metric for probability distributions, IEEE Transactions on
 * Information Theory 49 (2003).
 */
export const jensenShannon = (
  samples: BinnedSamples,
  { base = Math.E }: { readonly base?: number } = {},
): TwoSampleDistance => {
  const method = base === 2 ? 'jensen-shannon-base-2' : 'jensen-shannon';
  const shares = binShares(samples);
  const { n, undefinedBecause } = shares;
  if (undefinedBecause !== null) return undefinedDistance(method, n, undefinedBecause);
  const divergence = shares.reference.reduce((sum, p, bin) => {
    const q = shares.current[bin] as number;
    const middle = (p + q) / 2;
    return sum + (entropyPart(p, middle) + entropyPart(q, middle)) / 2;
  }, 0);
  const scale = base === Math.E ? 1 : Math.log(base);
  return { distance: Math.sqrt(Math.max(0, divergence) / scale), n, method };
};

const entropyPart = (p: number, middle: number): number => (p === 0 ? 0 : p * Math.log(p / middle));
