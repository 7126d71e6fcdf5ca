import { square, type Estimate } from './estimate.js';

/** An estimate with its interval, and what it is multiplied by. */
export interface Term {
  readonly weight: number;
  readonly estimate: Estimate;
}

/**
 * The interval of a weighted sum of independent estimates, recovered from their own intervals (MOVER).
 *
 * Estimand: Σ wᵢθᵢ. Estimate: Σ wᵢtᵢ. With [lᵢ, uᵢ] the interval of wᵢθᵢ:
 *
 *     [Σ wᵢtᵢ − √Σ(wᵢtᵢ − lᵢ)², Σ wᵢtᵢ + √Σ(uᵢ − wᵢtᵢ)²]
 *
 * Intervals needn't be symmetric, and each bound of the sum takes the side that matters. Of estimates that are
 * positively correlated, a difference gets too wide an interval, never too narrow a one. n sums those of the terms.
 *
 * @throws RangeError without terms, or when their levels differ
 *
 * Source: G. Y. Zou and A. Donner, Construction of confidence limits about effect measures: a general approach,
 * Statistics in Medicine 27 (2008).
 */
export const linearCombination = (terms: readonly Term[]): Estimate => {
  const [first] = terms;
  if (!first) throw new RangeError('A sum needs terms.');
  const { level } = first.estimate.interval;
  if (terms.some(({ estimate }) => estimate.interval.level !== level))
    throw new RangeError('Intervals of different levels don’t combine.');
  let estimate = 0;
  let below = 0;
  let above = 0;
  let n = 0;
  for (const { weight, estimate: term } of terms) {
    const toLower = Math.abs(weight) * (term.estimate - term.interval.lower);
    const toUpper = Math.abs(weight) * (term.interval.upper - term.estimate);
    estimate += weight * term.estimate;
    below += square(weight < 0 ? toUpper : toLower);
    above += square(weight < 0 ? toLower : toUpper);
    n += term.n;
  }
  return {
    estimate,
    interval: {
      lower: estimate - Math.sqrt(below),
      upper: estimate + Math.sqrt(above),
      level,
      method: 'mover',
    },
    n,
  };
};
