import { square } from '../estimate.js';
import { infinite, tooFew, undefinedDistance, type TwoSampleDistance } from './test-result.js';
import { allFinite, sampleSizes, type TwoSamples } from './two-samples.js';
import { integrateDifference } from './wasserstein.js';

/**
 * The energy distance of two samples, √(2 ∫ (F_ref − F_cur)² dx) = √(2E|X − Y| − E|X − X′| − E|Y − Y′|).
 *
 * In the root of the column's unit; 0 only for equal samples. Symmetric, unchanged by shifts. As in scipy.
 *
 * Undefined when a value is infinite or a sample has no rows.
 *
 * Source: G. J. Székely and M. L. Rizzo, Energy statistics, Journal of Statistical Planning and Inference 143 (2013).
 */
export const energyDistance = (samples: TwoSamples): TwoSampleDistance => {
  const method = 'energy-distance';
  const n = sampleSizes(samples);
  const why = tooFew(n) ?? (allFinite(samples) ? null : infinite);
  if (why) return undefinedDistance(method, n, why);
  return { distance: Math.sqrt(2 * integrateDifference(samples, n, square)), n, method };
};
