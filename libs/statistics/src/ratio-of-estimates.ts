import type { Estimate } from './estimate.js';

/**
 * The interval of a ratio of two independent estimates that can't be negative, recovered from their own (MOVER-R).
 *
 * Estimand: θ₁ / θ₂. Estimate: t₁ / t₂. With [l, u] the limits of each:
 *
 *     lower = (t₁t₂ − √((t₁t₂)² − l₁u₂(2t₁ − l₁)(2t₂ − u₂))) / (u₂(2t₂ − u₂))
 *     upper = (t₁t₂ + √((t₁t₂)² − u₁l₂(2t₁ − u₁)(2t₂ − l₂))) / (l₂(2t₂ − l₂))
 *
 * 1 means equal estimands. Zeros need no correction: where t₁ and l₁ are 0 so are estimate and lower limit; where l₂ is
 * 0 the upper limit is ∞; 0/0 gives NaN and [0, ∞]. Exchanging the two gives the reciprocals. n sums those of both.
 *
 * Source: A. Donner and G. Y. Zou, Closed-form confidence intervals for functions of the normal mean and standard
 * deviation, Statistical Methods in Medical Research 21 (2012).
 */
export const ratioOfEstimates = (one: Estimate, two: Estimate): Estimate => {
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
      // Rationalised: as printed, numerator and denominator both vanish where u₂ = 2t₂.
      lower: below === 0 ? 0 : below / (product + root(below * beyond)),
      upper: under === 0 ? Infinity : (product + root(above * under)) / under,
      level: one.interval.level,
      method: 'mover-r',
    },
    n: one.n + two.n,
  };
};
