import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import type { Resamples } from './multinomial-bootstrap.js';

/**
 * The interval of the length of a vector that is estimated from counts, such as of the deviations of groups from their
 * mean: a figure that can't be negative, and is 0 when there is no deviation.
 *
 * Estimand: ‖v(π)‖. Estimate: ‖v(p)‖. With q the quantile at the level of ‖v(p*) − v(p)‖ over resampled counts p*:
 *
 *     [max(0, ‖v(p)‖ − q), ‖v(p)‖ + q]
 *
 * By the triangle inequality the length is off by at most ‖v(p) − v(π)‖, whose distribution the resamples estimate
 * wherever v is smooth, at 0 too. There a percentile bootstrap of the length fails: all replicates lie above the truth.
 * Conservative: the error of a length is smaller than that of its vector, the more so the more dimensions there are.
 *
 * A replicate on which v isn't defined (NaN) could have been anything: it counts as infinitely far. The upper limit is
 * then Infinity where such replicates are more than 1 − level of all.
 *
 * Source: for the bootstrap of a norm, R. Beran, Bootstrap methods in statistics, Jahresbericht der DMV 86 (1984).
 */
export const normBootstrap = (
  { counts, tables }: Resamples,
  vector: (counts: readonly number[]) => readonly number[],
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const own = vector(counts);
  const distances = Float64Array.from(tables, (table) => {
    const drawn = vector(table);
    const distance = length(own.map((value, index) => (drawn[index] as number) - value));
    return Number.isNaN(distance) ? Infinity : distance;
  }).toSorted();
  // The next order statistic rather than an interpolated one: the wider of the two.
  const reach = distances[Math.ceil(level * (distances.length - 1))] as number;
  const estimate = length(own);
  return {
    estimate,
    interval: {
      lower: Math.max(0, estimate - reach),
      upper: estimate + reach,
      level,
      method: 'norm-bootstrap',
    },
    n: counts.reduce((sum, count) => sum + count, 0),
  };
};

const length = (vector: readonly number[]): number =>
  Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
