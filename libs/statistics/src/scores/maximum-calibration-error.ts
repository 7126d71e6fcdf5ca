import { defaultLevel, type Estimate, type IntervalOptions } from '../estimate.js';
import { wilson } from '../wilson.js';
import type { CalibrationCounts } from './calibration-error.js';

/**
 * The maximum calibration error.
 *
 * Estimand: M = max_b |δ_b|, δ_b = E(y | bin b) − E(s | bin b), over the bins that have rows. 0 means that in each of them
 * the mean score is the share that comes true, 1 that in one of them it is as wrong as can be. Estimate: the same of the
 * rows. A bin of few rows counts as much as one of many, and noise adds to a maximum: calibrated scores have an estimate
 * well above 0, and the interval tells how little that shows. With B bins, each bin's share has Wilson's limits at the
 * level 1 − (1 − level) / B; less the bin's mean score they are limits [l_b, u_b] of δ_b, and those of M are
 *
 *     [max_b max(0, l_b, −u_b), max_b max(|l_b|, |u_b|)]
 *
 * which holds whenever all B shares are within their own limits, the scores being given.
 *
 * @throws RangeError without rows
 *
 * Source: M. Pakdaman Naeini, G. F. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian
 * binning, AAAI (2015), for the error.
 */
export const maximumCalibrationError = (
  bins: readonly CalibrationCounts[],
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const filled = bins.filter(({ rows }) => rows > 0);
  const n = filled.reduce((sum, { rows }) => sum + rows, 0);
  if (!(n > 0)) throw new RangeError('A calibration error needs rows.');
  const each = { level: 1 - (1 - level) / filled.length };
  const gaps = filled.map(({ rows, positives, scores }) => {
    const { interval } = wilson({ successes: positives, trials: rows }, each);
    const [low, high] = [interval.lower - scores / rows, interval.upper - scores / rows];
    return {
      gap: Math.abs(positives - scores) / rows,
      lower: Math.max(low, -high),
      upper: Math.max(Math.abs(low), Math.abs(high)),
    };
  });
  return {
    estimate: Math.max(...gaps.map(({ gap }) => gap)),
    interval: {
      lower: Math.max(0, ...gaps.map(({ lower }) => lower)),
      upper: Math.min(1, Math.max(...gaps.map(({ upper }) => upper))),
      level,
      method: 'wilson-bonferroni',
    },
    n,
  };
};
