import { aucInterval, type ClassSizes } from './auc-interval.js';
import { aucCovariance, type RankedModel } from './delong.js';
import { defaultLevel, square, type Estimate, type IntervalOptions } from './estimate.js';
import { twoSidedQuantile } from './normal.js';

/** Rows of each class by bin, of bins in ascending order of the score, or their weights. Two lists of one length. */
export interface BinnedScores {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** An AUC of which only the bins of the scores are known. */
export interface BinnedAuc {
  /** Of the bins: null when a class has no rows. */
  readonly model: RankedModel;
  /** The rows of each class that it rests on; of weighted rows as many as would tell as much (see `binnedAuc`). */
  readonly sizes: ClassSizes;
  /** How far the AUC of the scores themselves may be from that of their bins; null when a class has no rows. */
  readonly errorBound: number | null;
}

/**
 * The area under the ROC curve of scores that are known by bin only, as in counts that were merged from several
 * tables, with a bound of what the bins hide.
 *
 * Estimand: θ = P(s₊ > s₋) + ½ P(s₊ = s₋). With p_b and n_b the positives and negatives in bin b, P and N their sums,
 * rows of different bins are in their true order, and those of one bin count as ties:
 *
 *     A = Σ_b p_b (Σ_{c<b} n_c + ½ n_b) / (P N)        |AUC of the scores − A| ≤ B = ½ Σ_b p_b n_b / (P N)
 *
 * The bound is reached when all positives of each bin lie above its negatives, or all below; it is 0 when no bin holds
 * both classes. The variances are DeLong's of the bins, taken for scores with ties.
 *
 * Of weighted rows, P and N are sums of weights, and `sizes` are Kish's effective sizes (Σ w)² / Σ w², as if weights
 * didn't depend on scores; without them each row weighs 1.
 *
 * @throws RangeError when the lists differ in length
 */
export const binnedAuc = (
  { positives, negatives }: BinnedScores,
  effective?: ClassSizes,
): BinnedAuc => {
  if (positives.length !== negatives.length)
    throw new RangeError(`${positives.length} and ${negatives.length} bins are not the same bins.`);
  const [m, n] = [sum(positives), sum(negatives)];
  const sizes = effective ?? { positives: m, negatives: n };
  if (m === 0 || n === 0)
    return {
      model: { auc: null, variance: { positive: null, negative: null } },
      sizes,
      errorBound: null,
    };
  const components = structuralComponents(positives, negatives, m, n);
  return {
    model: {
      auc: components.wins / (2 * m * n),
      variance: {
        positive: sampleVariance(components.ofPositives, positives, sizes.positives),
        negative: sampleVariance(components.ofNegatives, negatives, sizes.negatives),
      },
    },
    sizes,
    errorBound: components.ties / (2 * m * n),
  };
};

/**
 * The interval of an AUC from bins: DeLong's of the AUC of the bins (see `aucInterval`), widened on either side by the
 * bound of what the bins hide, and cut to [0, 1]. It contains A − B and A + B, and covers θ where DeLong's covers the
 * AUC of the bins, since the two are no further apart.
 *
 * @throws RangeError when a class has no rows
 */
export const binnedAucInterval = (binned: BinnedAuc, options: IntervalOptions = {}): Estimate => {
  const { estimate, interval, n } = aucInterval(binned.model, binned.sizes, options);
  const bound = known(binned.errorBound);
  return {
    estimate,
    interval: {
      lower: Math.max(0, interval.lower - bound),
      upper: Math.min(1, interval.upper + bound),
      level: interval.level,
      method: `${interval.method}-binned`,
    },
    n,
  };
};

/**
 * The interval of the difference of two AUCs of the same rows, each from bins: of rows by both scores at once nothing
 * is known, so that they may vary together or against each other.
 *
 *     d ± (z (√V₁ + √V₂) + B₁ + B₂)
 *
 * since |Cov| ≤ √V₁ √V₂. That is wider than DeLong's of the rows, and never too narrow for their pairing. Where a
 * variance says nothing (see `aucInterval`), the distances to that model's own limits stand in for z √V.
 *
 * @throws RangeError when a class has no rows
 */
export const binnedAucDifference = (
  first: BinnedAuc,
  second: BinnedAuc,
  options: IntervalOptions = {},
): Estimate => {
  const level = options.level ?? defaultLevel;
  const [one, two] = [reach(first, level), reach(second, level)];
  const estimate = one.estimate - two.estimate;
  return {
    estimate,
    interval: {
      lower: Math.max(-1, estimate - one.below - two.above),
      upper: Math.min(1, estimate + one.above + two.below),
      level,
      method: 'delong-unpaired-binned',
    },
    n: one.n,
  };
};

/**
 * `binnedAucDifference` of two AUCs that are exact, of the same rows, when it isn't known how the two score them together.
 *
 * @throws RangeError when a class has no rows
 */
export const unpairedAucDifference = (
  first: RankedModel,
  second: RankedModel,
  sizes: ClassSizes,
  options: IntervalOptions = {},
): Estimate => {
  const exact = (model: RankedModel): BinnedAuc => ({ model, sizes, errorBound: 0 });
  const { estimate, interval, n } = binnedAucDifference(exact(first), exact(second), options);
  return { estimate, interval: { ...interval, method: 'delong-unpaired' }, n };
};

/** How far an AUC may be below and above its estimate. */
const reach = (
  binned: BinnedAuc,
  level: number,
): { estimate: number; below: number; above: number; n: number } => {
  const { model, sizes } = binned;
  const variance = aucCovariance(model.variance, sizes.positives, sizes.negatives);
  const { estimate, interval, n } = binnedAucInterval(binned, { level });
  if (variance === null || variance === 0)
    return { estimate, below: estimate - interval.lower, above: interval.upper - estimate, n };
  const half = twoSidedQuantile(level) * Math.sqrt(variance) + known(binned.errorBound);
  return { estimate, below: half, above: half, n };
};

interface Components {
  /** Twice the pairs that the positive wins, a tie counting half. */
  readonly wins: number;
  /** Pairs within a bin. */
  readonly ties: number;
  /** V10 and V01 of a row of each bin. */
  readonly ofPositives: readonly number[];
  readonly ofNegatives: readonly number[];
}

const structuralComponents = (
  positives: readonly number[],
  negatives: readonly number[],
  m: number,
  n: number,
): Components => {
  let [wins, ties, positivesBelow, negativesBelow] = [0, 0, 0, 0];
  const ofPositives: number[] = [];
  const ofNegatives: number[] = [];
  positives.forEach((p, bin) => {
    const q = negatives[bin] as number;
    const twiceBelow = 2 * negativesBelow + q;
    ofPositives.push(twiceBelow / (2 * n));
    ofNegatives.push((2 * (m - positivesBelow) - p) / (2 * m));
    wins += p * twiceBelow;
    ties += p * q;
    positivesBelow += p;
    negativesBelow += q;
  });
  return { wins, ties, ofPositives, ofNegatives };
};

/** Of values that stand for several rows each, by their counts or weights; null with fewer than two rows. */
const sampleVariance = (
  values: readonly number[],
  counts: readonly number[],
  rows: number,
): number | null => {
  // A weight that outweighs all others leaves one effective row, or less than that by rounding.
  if (rows < 2) return null;
  const weighted = (of: (value: number) => number): number =>
    sum(values.map((value, bin) => (counts[bin] as number) * of(value))) / sum(counts);
  // The second pass takes out the rounding of the first, so that constants have variance 0.
  const rough = weighted((value) => value);
  const mean = rough + weighted((value) => value - rough);
  return (weighted((value) => square(value - mean)) * rows) / (rows - 1);
};

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);

const known = (bound: number | null): number => {
  if (bound === null) throw new RangeError('An AUC needs rows of both classes.');
  return bound;
};
