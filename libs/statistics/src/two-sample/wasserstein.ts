import { momentsOf } from './moments.js';
import { infinite, tooFew, undefinedDistance, type TwoSampleDistance } from './test-result.js';
import { allFinite, sampleSizes, type TwoSamples } from './two-samples.js';

/** Below this standard deviation of the reference, Evidently divides by this instead. */
const leastDeviation = 0.001;

/**
 * Wasserstein's first distance, W₁ = ∫ |F_ref − F_cur| dx: how far values must move, on average, to turn one sample
 * into the other. In the column's unit; 0 only for equal samples. A shift by c gives |c|.
 *
 * `normalised` divides by max(σ, 0.001), σ being the reference's standard deviation with n as divisor, as Evidently
 * does: the moves in standard deviations. Not symmetric then, and of an almost constant reference it depends on the
 * unit.
 *
 * Undefined when a value is infinite or a sample has no rows.
 */
export const wasserstein = (
  samples: TwoSamples,
  { normalised = false }: { readonly normalised?: boolean } = {},
): TwoSampleDistance => {
  const method = normalised ? 'wasserstein-normalised' : 'wasserstein';
  const n = sampleSizes(samples);
  const why = tooFew(n) ?? (allFinite(samples) ? null : infinite);
  if (why) return undefinedDistance(method, n, why);
  const distance = integrateDifference(samples, n, Math.abs);
  if (!normalised) return { distance, n, method };
  const { squares } = momentsOf(samples.values, samples.reference);
  const deviation = Math.sqrt(squares / n.reference);
  return { distance: distance / Math.max(deviation, leastDeviation), n, method };
};

/** ∫ f(F_ref(x) − F_cur(x)) dx for an f with f(0) = 0. */
export const integrateDifference = (
  { values, reference, current }: TwoSamples,
  n: { readonly reference: number; readonly current: number },
  f: (difference: number) => number,
): number => {
  let below = 0;
  let belowCurrent = 0;
  let sum = 0;
  for (let index = 0; index + 1 < values.length; index += 1) {
    below += reference[index] as number;
    belowCurrent += current[index] as number;
    const difference = below / n.reference - belowCurrent / n.current;
    if (difference !== 0)
      sum += f(difference) * ((values[index + 1] as number) - (values[index] as number));
  }
  return sum;
};
