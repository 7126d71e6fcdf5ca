import { binShares, withoutZeros } from './bin-shares.js';
import type { BinnedSamples } from './binned-samples.js';
import { undefinedDistance, type TwoSampleDistance } from './test-result.js';

/**
 * The Kullback–Leibler divergence Σ p ln(p / q) of the current sample's shares q from the reference's p, in nats.
 *
 * 0: the same shares; unbounded; not symmetric. Empty bins are filled as Evidently does (`withoutZeros`), and the
 * shares then scaled to add up to 1.
 *
 * Undefined when a sample has no rows.
 *
 * Source: S. Kullback and R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics 22 (1951).
 */
export const kullbackLeibler = (samples: BinnedSamples): TwoSampleDistance => {
  const method = 'kullback-leibler';
  const shares = binShares(samples);
  const { n, undefinedBecause } = shares;
  if (undefinedBecause !== null) return undefinedDistance(method, n, undefinedBecause);
  const reference = scaled(withoutZeros(shares.reference));
  const current = scaled(withoutZeros(shares.current));
  const distance = reference.reduce(
    (sum, p, bin) => sum + p * Math.log(p / (current[bin] as number)),
    0,
  );
  return { distance: Math.max(0, distance), n, method };
};

const scaled = (shares: readonly number[]): number[] => {
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share) => share / sum);
};
