import { defaultLevel, square, type Estimate, type IntervalOptions } from '../estimate.js';
import { twoSidedQuantile } from '../normal.js';

/** Rows whose scores lie in one bin; counts may be effective ones. */
export interface CalibrationCounts {
  readonly rows: number;
  readonly positives: number;
  /** The sum of their scores. */
  readonly scores: number;
}

/**
 * The expected calibration error, with an interval that allows for its bias.
 *
 * Estimand: E = Σ_b |δ_b|, δ_b = P(bin b) (E(y | b) − E(s | b)). 0 means that in each bin the mean score is the share
 * that comes true. Estimate: the same of the rows, Σ_b |positives − scores| / n. It can't be negative, so that noise adds
 * to it: calibrated scores have an estimate of about β = √(2/π) Σ σ_b, with σ_b the standard error of δ_b. With
 * σ² = Σ σ_b²:
 *
 *     [max(0, estimate − β − z σ), estimate + z σ]
 *
 * Both limits hold whatever the δ_b: with e the errors of the δ_b, estimate − E is at most Σ |e_b|, which exceeds its mean
 * (at most β) by more than zσ no more often than a normal variable does, being Lipschitz in them; and at least
 * Σ sign(δ_b) e_b, which is normal with a spread of at most σ. The lower limit of calibrated scores is 0 nearly always.
 *
 * σ_b² n² = n_b (p̃(1 − p̃) + d_b² (1 − n_b/n)), p̃ the bin's share with one success and one failure added, d_b its gap:
 * a bin without a single error has a spread too.
 *
 * @throws RangeError without rows
 *
 * Sources: M. Pakdaman Naeini, G. F. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities using Bayesian
 * binning, AAAI (2015), for the error; C. Borell, The Brunn–Minkowski inequality in Gauss space, Inventiones
 * Mathematicae 30 (1975), for the bound.
 */
export const calibrationError = (
  bins: readonly CalibrationCounts[],
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const filled = bins.filter(({ rows }) => rows > 0);
  const n = filled.reduce((sum, { rows }) => sum + rows, 0);
  if (!(n > 0)) throw new RangeError('A calibration error needs rows.');
  let [estimate, spreads, variance] = [0, 0, 0];
  for (const { rows, positives, scores } of filled) {
    const gap = (positives - scores) / rows;
    const smoothed = (positives + 1) / (rows + 2);
    const own = (rows * (smoothed * (1 - smoothed) + square(gap) * (1 - rows / n))) / square(n);
    estimate += Math.abs(positives - scores) / n;
    spreads += Math.sqrt(own);
    variance += own;
  }
  const half = twoSidedQuantile(level) * Math.sqrt(variance);
  return {
    estimate,
    interval: {
      lower: Math.max(0, estimate - meanOfAbsolute * spreads - half),
      upper: Math.min(1, estimate + half),
      level,
      method: 'gaussian-concentration',
    },
    n,
  };
};

/** E|Z| of a standard normal Z, √(2/π). */
const meanOfAbsolute = 0.7978845608028654;
