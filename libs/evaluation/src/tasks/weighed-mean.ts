import { meanInterval, type Estimate } from '@sluice/statistics';
import type { Moments } from '../profile.js';

/** Rows, and Σ w and Σ w² of what they weigh. */
export interface WeighedRows {
  readonly count: number;
  readonly weight: Moments;
}

/** The number of rows of equal weight that say as much: (Σ w)² / Σ w², Kish's effective sample size. */
export const effectiveRows = ({ weight }: Pick<WeighedRows, 'weight'>): number =>
  (weight.sum * weight.sum) / weight.squares;

/** The mean of a quantity over rows, from Σ w x and Σ w x². */
export const meanOf = (moments: Moments, rows: WeighedRows, level: number): Estimate =>
  meanOfInfluence(moments.sum / rows.weight.sum, moments, rows, level);

/**
 * A figure whose sampling error is that of the mean of what each row adds to it: its influence (the delta method).
 *
 * @param influence Σ w x and Σ w x² of what rows add
 */
export const meanOfInfluence = (
  estimate: number,
  influence: Moments,
  rows: WeighedRows,
  level: number,
): Estimate => {
  const mass = rows.weight.sum;
  const mean = influence.sum / mass;
  const { interval } = meanInterval(
    { mean, meanSquare: influence.squares / mass, n: effectiveRows(rows) },
    { level },
  );
  const by = estimate - mean;
  return {
    estimate,
    interval: { ...interval, lower: interval.lower + by, upper: interval.upper + by },
    n: rows.count,
  };
};
