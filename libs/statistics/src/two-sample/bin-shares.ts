import type { BinnedSamples } from './binned-samples.js';
import { tooFew } from './test-result.js';
import { sampleSizes, type SampleSizes } from './two-samples.js';

export interface BinShares {
  readonly n: SampleSizes;
  /** The share of each bin. */
  readonly reference: readonly number[];
  readonly current: readonly number[];
  /** null when both samples have rows. */
  readonly undefinedBecause: string | null;
}

/** The share of each bin in either sample. */
export const binShares = (samples: BinnedSamples): BinShares => {
  const n = sampleSizes(samples);
  return {
    n,
    reference: samples.reference.map((count) => count / n.reference),
    current: samples.current.map((count) => count / n.current),
    undefinedBecause: tooFew(n),
  };
};

/**
 * Evidently's way to keep logarithms finite: an empty bin gets a share of 0.0001, or a millionth of the smallest other
 * share when this is 0.0001 or less. The shares then add up to a little more than 1.
 */
export const withoutZeros = (shares: readonly number[]): number[] => {
  const smallest = shares.reduce(
    (least, share) => (share > 0 ? Math.min(least, share) : least),
    Infinity,
  );
  const filling = smallest <= 0.0001 ? smallest / 1e6 : 0.0001;
  return shares.map((share) => (share === 0 ? filling : share));
};
