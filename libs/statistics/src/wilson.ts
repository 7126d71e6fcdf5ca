import { defaultLevel, square, type Estimate, type IntervalOptions } from './estimate.js';
import { twoSidedQuantile } from './normal.js';

/** Successes among independent trials. */
export interface Proportion {
  /** From 0 to `trials`. May be fractional where a caller documents an effective count. */
  readonly successes: number;
  /** Above 0. */
  readonly trials: number;
}

/**
 * The Wilson score interval of a binomial proportion.
 *
 * Estimand: π = P(success). Estimate: p = x / n. Interval, with z the normal quantile of the level:
 *
 *     (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
 *
 * It lies within [0, 1]. Without successes the lower limit is exactly 0, without failures the upper exactly 1,
 * and neither interval is empty: no success among n trials doesn't show that there are none.
 *
 * @throws RangeError without trials, or with successes outside 0…trials
 *
 * Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
 */
export const wilson = (proportion: Proportion, options: IntervalOptions = {}): Estimate => {
  const { successes, trials } = checked(proportion);
  const level = options.level ?? defaultLevel;
  const z2 = square(twoSidedQuantile(level));
  const failures = trials - successes;
  const centre = successes + z2 / 2;
  const half = Math.sqrt(z2 * ((successes * failures) / trials + z2 / 4));
  return {
    estimate: successes / trials,
    interval: {
      // At the edges centre − half cancels to rounding noise; the limit there is exact.
      lower: successes === 0 ? 0 : Math.max(0, (centre - half) / (trials + z2)),
      upper: failures === 0 ? 1 : Math.min(1, (centre + half) / (trials + z2)),
      level,
      method: 'wilson',
    },
    n: trials,
  };
};

export const checked = (proportion: Proportion): Proportion => {
  const { successes, trials } = proportion;
  if (!(trials > 0 && Number.isFinite(trials)))
    throw new RangeError(`A proportion needs trials; there are ${trials}.`);
  if (!(successes >= 0 && successes <= trials))
    throw new RangeError(`Of ${trials} trials, ${successes} can't be successes.`);
  return proportion;
};
