import type { Moments, TableProfile } from '../profile.js';
import type { ErrorSketch } from './error-sketch.js';

/** Of numeric labels and predictions. */
export interface RegressionProfile extends TableProfile<'regression', RegressionSlice> {
  /** Labels by prediction, of all rows, for a plot. */
  readonly predicted: PredictedLabels;
}

/**
 * The statistics of some rows with numeric labels y and predictions ŷ. The error of a row is d = ŷ − y. All sums are
 * weighted; where the policy names no weight each row weighs 1.
 */
export interface RegressionSlice {
  readonly kind: 'regression';
  /** Rows, whatever they weigh. */
  readonly count: number;
  /** Σ w and Σ w². */
  readonly weight: Moments;
  /** What labels and predictions are measured from, near the middle of the labels, so that powers keep their digits. */
  readonly center: number;
  /** Σ w(y − c)ᵖ for p = 1, 2, 3, 4. */
  readonly label: readonly [number, number, number, number];
  /** Rows that count whose label is 0, which have no relative error. */
  readonly zeroLabels: number;
  readonly version: ErrorMoments;
  readonly champion: ErrorMoments | null;
  /** Products of the version's and the champion's figures of the same rows. */
  readonly shared: SharedErrors | null;
}

/** Sums over rows of one model's errors. */
export interface ErrorMoments {
  /** Σ w(ŷ − c) and Σ w(ŷ − c)². */
  readonly prediction: Moments;
  /** Of max(d, 0): where predictions are too high. */
  readonly over: Moments;
  /** Of max(−d, 0): where they are too low. */
  readonly under: Moments;
  /** Σ w d⁴. */
  readonly fourth: number;
  /** Σ w d²(y − c) and Σ w d²(y − c)². */
  readonly squaredByLabel: readonly [number, number];
  /** Of |d / y|, over the rows whose label isn't 0. */
  readonly relative: Moments;
  /** The largest |d| of a row that counts; 0 without rows. */
  readonly largest: number;
  readonly sketch: ErrorSketch;
}

export interface SharedErrors {
  /** Σ w of the products of over and under errors: the version's, then the champion's. */
  readonly overOver: number;
  readonly overUnder: number;
  readonly underOver: number;
  readonly underUnder: number;
  /** Σ w d² d′². */
  readonly squared: number;
  /** Σ w |d d′| / y², over the rows whose label isn't 0. */
  readonly relative: number;
  /** Σ w(ŷ − c)(ŷ′ − c). */
  readonly predictions: number;
}

/**
 * Labels by prediction in bins of equal width: bin i holds the predictions from i·2ᵉ up to (i + 1)·2ᵉ. Widths are powers
 * of 2, so that bins of one profile are made of whole bins of another.
 */
export interface PredictedLabels {
  readonly exponent: number;
  /** Ascending; only bins with rows. */
  readonly bins: readonly number[];
  /** Σ w, Σ w(ŷ − c) and Σ w(y − c) of the rows in each. */
  readonly masses: readonly number[];
  readonly predictions: readonly number[];
  readonly labels: readonly number[];
  readonly center: number;
}
