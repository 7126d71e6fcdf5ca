import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { wilson, type Proportion } from './wilson.js';

/**
 * The interval of a ratio of two independent proportions, recovered from their Wilson limits (MOVER-R).
 *
 * Estimand: π₁ / π₂. Estimate: p₁ / p₂. With [l, u] the Wilson limits of each proportion:
 *
 *     lower = (p₁p₂ − √((p₁p₂)² − l₁u₂(2p₁ − l₁)(2p₂ − u₂))) / (u₂(2p₂ − u₂))
 *     upper = (p₁p₂ + √((p₁p₂)² − u₁l₂(2p₁ − u₁)(2p₂ − l₂))) / (l₂(2p₂ − l₂))
 *
 * 1 means equal proportions. Zeros need no correction, unlike in Katz's logarithm: without first successes the
 * estimate and the lower limit are 0 and the upper is finite; without second successes the estimate and the upper
 * limit are ∞ and the lower is finite; without either the estimate is NaN and the interval [0, ∞]. Exchanging the
 * proportions gives the reciprocals. n is the trials of both.
 *
 * @throws RangeError when a proportion has no trials
 *
 * Source: A. Donner and G. Y. Zou, Closed-form confidence intervals for functions of the normal mean and standard
 * deviation, Statistical Methods in Medical Research 21 (2012).
 */
export const proportionRatio = (
  first: Proportion,
  second: Proportion,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const one = wilson(first, { level });
  const two = wilson(second, { level });
  const p = one.estimate;
  const q = two.estimate;
  const product = p * q;
  const below = one.interval.lower * (2 * p - one.interval.lower);
  const beyond = two.interval.upper * (2 * q - two.interval.upper);
  const above = one.interval.upper * (2 * p - one.interval.upper);
  const under = two.interval.lower * (2 * q - two.interval.lower);
  const root = (x: number): number => Math.sqrt(Math.max(0, product * product - x));
  return {
    estimate: p / q,
    interval: {
      // Rationalised: as printed, numerator and denominator both vanish where u₂ = 2p₂.
      lower: below === 0 ? 0 : below / (product + root(below * beyond)),
      upper: under === 0 ? Infinity : (product + root(above * under)) / under,
      level,
      method: 'mover-r',
    },
    n: first.trials + second.trials,
  };
};
