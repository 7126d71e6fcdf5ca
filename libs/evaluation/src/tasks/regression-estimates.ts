import type { Estimate } from '@sluice/statistics';
import type { Moments } from '../profile.js';
import { meanOfInfluence } from './weighed-mean.js';
import type { ErrorMoments, RegressionSlice, SharedErrors } from './regression-slice.js';

/** What a metric that is a mean over rows is the mean of, and products of it for the version and the champion. */
export interface MeanLoss {
  readonly moments: (errors: ErrorMoments, parameter: number) => Moments;
  readonly product: (shared: SharedErrors, parameter: number) => number;
}

export const meanLosses = {
  mean_absolute_error: {
    moments: ({ over, under }) => ({
      sum: over.sum + under.sum,
      squares: over.squares + under.squares,
    }),
    product: ({ overOver, overUnder, underOver, underUnder }) =>
      overOver + overUnder + underOver + underUnder,
  },
  mean_squared_error: {
    moments: (errors) => ({ sum: squaredError(errors), squares: errors.fourth }),
    product: ({ squared }) => squared,
  },
  mean_absolute_percentage_error: {
    moments: ({ relative }) => relative,
    product: ({ relative }) => relative,
  },
  pinball_loss: {
    // A row's error is over or under, never both.
    moments: ({ over, under }, tau) => ({
      sum: tau * under.sum + (1 - tau) * over.sum,
      squares: tau * tau * under.squares + (1 - tau) * (1 - tau) * over.squares,
    }),
    product: ({ overOver, overUnder, underOver, underUnder }, tau) =>
      (1 - tau) * (1 - tau) * overOver +
      tau * (1 - tau) * (overUnder + underOver) +
      tau * tau * underUnder,
  },
  mean_error: {
    moments: ({ over, under }) => ({
      sum: over.sum - under.sum,
      squares: over.squares + under.squares,
    }),
    product: ({ overOver, overUnder, underOver, underUnder }) =>
      overOver - overUnder - underOver + underUnder,
  },
  mean_prediction: {
    moments: ({ prediction }) => prediction,
    product: ({ predictions }) => predictions,
  },
} as const satisfies Record<string, MeanLoss>;

export type MeanLossName = keyof typeof meanLosses;
export const isMeanLoss = (metric: string): metric is MeanLossName =>
  Object.hasOwn(meanLosses, metric);

/** Of the difference of a loss between version and champion on the same rows. */
export const pairedMoments = (
  { moments, product }: MeanLoss,
  { version, champion, shared }: PairedErrors,
  parameter: number,
): Moments => {
  const [ours, theirs] = [moments(version, parameter), moments(champion, parameter)];
  return {
    sum: ours.sum - theirs.sum,
    squares: ours.squares + theirs.squares - 2 * product(shared, parameter),
  };
};

export interface PairedErrors {
  readonly version: ErrorMoments;
  readonly champion: ErrorMoments;
  readonly shared: SharedErrors;
}

/** Σ w d². */
export const squaredError = ({ over, under }: ErrorMoments): number => over.squares + under.squares;

/** Labels about their own mean. */
interface CentredLabels {
  /** Mean of (y − ȳ)². */
  readonly variance: number;
  /** Mean of (y − ȳ)⁴. */
  readonly fourth: number;
  /** ȳ − c. */
  readonly shift: number;
}

export const centredLabels = ({ label, weight }: RegressionSlice): CentredLabels => {
  const [m1, m2, m3, m4] = label.map((sum) => sum / weight.sum) as [number, number, number, number];
  return {
    variance: Math.max(0, m2 - m1 * m1),
    fourth: Math.max(0, m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 ** 4),
    shift: m1,
  };
};

/** Mean of d²(y − ȳ)². */
const squaredBySpread = (
  errors: ErrorMoments,
  { shift }: CentredLabels,
  { weight }: RegressionSlice,
): number => {
  const [first, second] = errors.squaredByLabel;
  return (second - 2 * shift * first + shift * shift * squaredError(errors)) / weight.sum;
};

/**
 * R² = 1 − A / B, A = mean(d²), B = mean((y − ȳ)²). A row adds −(d² − (A / B)(y − ȳ)²) / B to it, of mean 0; that of ȳ
 * itself is of second order.
 */
export const rSquared = (
  errors: ErrorMoments,
  labels: CentredLabels,
  slice: RegressionSlice,
  level: number,
): Estimate => {
  const mass = slice.weight.sum;
  const ratio = squaredError(errors) / mass / labels.variance;
  const squares =
    (errors.fourth / mass -
      2 * ratio * squaredBySpread(errors, labels, slice) +
      ratio * ratio * labels.fourth) /
    (labels.variance * labels.variance);
  return meanOfInfluence(1 - ratio, { sum: 0, squares: Math.max(0, squares) * mass }, slice, level);
};

/** The difference of R² on the same rows: that of A, over the B that both share. */
export const rSquaredDifference = (
  { version, champion, shared }: PairedErrors,
  labels: CentredLabels,
  slice: RegressionSlice,
  level: number,
): Estimate => {
  const mass = slice.weight.sum;
  const ratio = (squaredError(version) - squaredError(champion)) / mass / labels.variance;
  const bySpread =
    squaredBySpread(version, labels, slice) - squaredBySpread(champion, labels, slice);
  const squares =
    ((version.fourth + champion.fourth - 2 * shared.squared) / mass -
      2 * ratio * bySpread +
      ratio * ratio * labels.fourth) /
    (labels.variance * labels.variance);
  return meanOfInfluence(-ratio, { sum: 0, squares: Math.max(0, squares) * mass }, slice, level);
};

/** √ is monotone, so the limits of the mean of squares are those of its root. */
export const rootMeanSquare = (meanSquare: Estimate): Estimate => ({
  estimate: Math.sqrt(meanSquare.estimate),
  interval: {
    ...meanSquare.interval,
    lower: Math.sqrt(Math.max(0, meanSquare.interval.lower)),
    upper: Math.sqrt(meanSquare.interval.upper),
  },
  n: meanSquare.n,
});

/** A row adds d² / (2√A) − d′² / (2√A′) to √A − √A′; nothing where all errors are 0. */
export const rootMeanSquareDifference = (
  { version, champion, shared }: PairedErrors,
  slice: RegressionSlice,
  level: number,
): Estimate => {
  const mass = slice.weight.sum;
  const roots = [version, champion].map((errors) => Math.sqrt(squaredError(errors) / mass));
  const [ours, theirs] = roots as [number, number];
  const [a, b] = roots.map((root) => (root === 0 ? 0 : 1 / (2 * root))) as [number, number];
  const influence = {
    sum: a * squaredError(version) - b * squaredError(champion),
    squares: a * a * version.fourth + b * b * champion.fourth - 2 * a * b * shared.squared,
  };
  return meanOfInfluence(ours - theirs, influence, slice, level);
};
