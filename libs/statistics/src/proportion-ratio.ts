import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { ratioOfEstimates } from './ratio-of-estimates.js';
import { wilson, type Proportion } from './wilson.js';

/**
 * The interval of a ratio of two independent proportions, recovered from their Wilson limits (MOVER-R); see
 * `ratioOfEstimates`.
 *
 * Estimand: π₁ / π₂. Estimate: p₁ / p₂. 1 means equal proportions. Zeros need no correction, unlike in Katz's logarithm:
 * without first successes the estimate and the lower limit are 0 and the upper is finite; without second successes the
 * estimate and the upper limit are ∞ and the lower is finite; without either the estimate is NaN and the interval
 * [0, ∞]. n is the trials of both.
 *
 * @throws RangeError when a proportion has no trials
 */
export const proportionRatio = (
  first: Proportion,
  second: Proportion,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  return ratioOfEstimates(wilson(first, { level }), wilson(second, { level }));
};
