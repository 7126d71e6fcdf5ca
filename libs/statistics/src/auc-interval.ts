import { aucCovariance, type ByClass, type RankedModel } from './delong.js';
import { defaultLevel, type Estimate, type IntervalOptions } from './estimate.js';
import { normalCdf, twoSidedQuantile } from './normal.js';
import { wilson } from './wilson.js';

/** The rows of each class that an AUC rests on. Both at least 1. */
export interface ClassSizes {
  readonly positives: number;
  readonly negatives: number;
}

/**
 * The interval of one area under the ROC curve.
 *
 * Estimand: θ = P(s₊ > s₋) + ½ P(s₊ = s₋). With A its estimate and V DeLong's variance, on the scale of
 * logit(x) = ln(x / (1 − x)), which keeps the limits within (0, 1):
 *
 *     logit⁻¹(logit A ± z √V / (A(1 − A)))
 *
 * Where DeLong's variance says nothing (A is 0 or 1, V is 0 or not known), the interval is Wilson's for the proportion
 * A among min(m, n) trials. That is sound and wide: each row of the smaller class can be paired with its own row of
 * the larger one, and those min(m, n) independent pairs have mean θ and a variance of at most θ(1 − θ).
 *
 * @throws RangeError when a class has no rows
 *
 * Sources: DeLong et al. (1988), see `delong`; M. S. Pepe, The Statistical Evaluation of Medical Tests for
 * Classification and Prediction (2003), section 5.2.4, for the logit.
 */
export const aucInterval = (
  model: RankedModel,
  sizes: ClassSizes,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const auc = known(model.auc);
  const n = sizes.positives + sizes.negatives;
  const variance = aucCovariance(model.variance, sizes.positives, sizes.negatives);
  if (auc === 0 || auc === 1 || variance === null || variance === 0) {
    const trials = Math.min(sizes.positives, sizes.negatives);
    const { interval } = wilson({ successes: auc * trials, trials }, { level });
    return { estimate: auc, interval: { ...interval, method: 'wilson-smaller-class' }, n };
  }
  const centre = Math.log(auc / (1 - auc));
  const half = (twoSidedQuantile(level) * Math.sqrt(variance)) / (auc * (1 - auc));
  const inverse = (x: number): number => 1 / (1 + Math.exp(-x));
  return {
    estimate: auc,
    interval: {
      lower: inverse(centre - half),
      upper: inverse(centre + half),
      level,
      method: 'delong-logit',
    },
    n,
  };
};

export interface AucDifference extends Estimate {
  /** Standard error of the estimate; null when DeLong's variance isn't known. */
  readonly standardError: number | null;
  /** Two-sided p value of no difference; null when the difference doesn't vary. */
  readonly p: number | null;
}

/**
 * The interval of the difference of two areas under ROC curves of the same rows.
 *
 * Estimand: θ₁ − θ₂. With V DeLong's variance of the difference, V₁ + V₂ − 2 Cov:
 *
 *     d ± z √V
 *
 * 0 means equal areas; limits are cut to [−1, 1]. Two rankings that agree have V = 0 and the interval [d, d].
 * Where neither model's own variance is known and above 0 (both separate the classes, or both score all rows alike),
 * V = 0 is an artefact: the interval then combines each model's Wilson interval on the smaller class (see
 * `aucInterval`) as if they were independent, d ± √(e₁² + e₂²) with e the distance of each to its limit (MOVER).
 *
 * @throws RangeError when a class has no rows
 *
 * Sources: DeLong et al. (1988), see `delong`; G. Y. Zou and A. Donner, Construction of confidence limits about
 * effect measures: a general approach, Statistics in Medicine 27 (2008).
 */
export const aucDifference = (
  first: RankedModel,
  second: RankedModel,
  covariance: ByClass,
  sizes: ClassSizes,
  options: IntervalOptions = {},
): AucDifference => {
  const level = options.level ?? defaultLevel;
  const estimate = known(first.auc) - known(second.auc);
  const n = sizes.positives + sizes.negatives;
  const own = aucCovariance(first.variance, sizes.positives, sizes.negatives);
  const other = aucCovariance(second.variance, sizes.positives, sizes.negatives);
  const shared = aucCovariance(covariance, sizes.positives, sizes.negatives);
  if (own === null || other === null || shared === null || own + other === 0) {
    const one = aucInterval(first, sizes, { level });
    const two = aucInterval(second, sizes, { level });
    const below = Math.hypot(one.estimate - one.interval.lower, two.interval.upper - two.estimate);
    const above = Math.hypot(one.interval.upper - one.estimate, two.estimate - two.interval.lower);
    return {
      estimate,
      interval: {
        ...cut(estimate - below, estimate + above),
        level,
        method: 'mover-smaller-class',
      },
      n,
      standardError: null,
      p: null,
    };
  }
  const variance = own + other - 2 * shared;
  // What remains of equal terms is rounding, not spread.
  const standardError = variance <= 1e-12 * (own + other) ? 0 : Math.sqrt(variance);
  const half = twoSidedQuantile(level) * standardError;
  return {
    estimate,
    interval: { ...cut(estimate - half, estimate + half), level, method: 'delong' },
    n,
    standardError,
    p: standardError === 0 ? null : 2 * normalCdf(-Math.abs(estimate) / standardError),
  };
};

const cut = (lower: number, upper: number): { lower: number; upper: number } => ({
  lower: Math.max(-1, lower),
  upper: Math.min(1, upper),
});

const known = (auc: number | null): number => {
  if (auc === null) throw new RangeError('An AUC needs rows of both classes.');
  return auc;
};
