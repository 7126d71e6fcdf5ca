import { defaultLevel, square, type Estimate, type IntervalOptions } from './estimate.js';
import { wilson, type Proportion } from './wilson.js';

/**
 * Newcombe's hybrid score interval for a difference of two independent proportions.
 *
 * Estimand: π₁ − π₂. Estimate: d = p₁ − p₂. With [l, u] the Wilson limits of each proportion:
 *
 *     [d − √((p₁ − l₁)² + (u₂ − p₂)²), d + √((u₁ − p₁)² + (p₂ − l₂)²)]
 *
 * 0 means equal proportions. The interval lies within [−1, 1] and has a width whatever the counts; exchanging the
 * proportions mirrors it. n is the trials of both.
 *
 * @throws RangeError when a proportion has no trials
 *
 * Source: R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of
 * eleven methods, Statistics in Medicine 17 (1998), method 10.
 */
export const newcombe = (
  first: Proportion,
  second: Proportion,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const one = wilson(first, { level });
  const two = wilson(second, { level });
  const estimate = one.estimate - two.estimate;
  const below =
    square(one.estimate - one.interval.lower) + square(two.interval.upper - two.estimate);
  const above =
    square(one.interval.upper - one.estimate) + square(two.estimate - two.interval.lower);
  return {
    estimate,
    interval: {
      lower: estimate - Math.sqrt(below),
      upper: estimate + Math.sqrt(above),
      level,
      method: 'newcombe',
    },
    n: first.trials + second.trials,
  };
};
