/** The scores that one model gave, split by the label of the row. Higher speaks for positive. */
export interface ScoresByClass {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** A figure of each class: of the structural components of the positives (V10) and of the negatives (V01). */
export interface ByClass {
  /** null when the class has fewer than two rows, or the other none. */
  readonly positive: number | null;
  readonly negative: number | null;
}

export interface RankedModel {
  /** null when a class has no rows. */
  readonly auc: number | null;
  readonly variance: ByClass;
}

/** DeLong's sufficient statistics: all that an AUC, its variance and a paired comparison need. */
export interface DeLong {
  readonly positives: number;
  readonly negatives: number;
  readonly first: RankedModel;
  readonly second: RankedModel | null;
  readonly covariance: ByClass | null;
}

/**
 * The areas under the ROC curves of one model, or of two on the same rows, with DeLong's (co)variances.
 *
 * Estimand: θ = P(s₊ > s₋) + ½ P(s₊ = s₋). 1 ranks every positive above every negative, ½ is chance, 0 the reverse.
 * With m positives x and n negatives y, the structural components are
 *
 *     V10ᵢ = (#{y < xᵢ} + ½ #{y = xᵢ}) / n        V01ⱼ = (#{x > yⱼ} + ½ #{x = yⱼ}) / m
 *
 * the AUC is the mean of either, exact under ties; `variance` and `covariance` hold the sample (n − 1) moments S10
 * and S01, so that Cov(θ₁, θ₂) = S10/m + S01/n. O((m + n) log (m + n)) time, memory of four copies.
 *
 * Rows of the two models correspond by position. Scores may be infinite, and −0 equals 0.
 *
 * @throws RangeError when a score is NaN, or the two models have different numbers of rows
 *
 * Source: E. R. DeLong, D. M. DeLong and D. L. Clarke-Pearson, Comparing the areas under two or more correlated
 * receiver operating characteristic curves, Biometrics 44 (1988). X. Sun and W. Xu, Fast implementation of DeLong's
 * algorithm, IEEE Signal Processing Letters 21 (2014): V10ᵢ is the midrank of xᵢ among all scores less that among the
 * positives, over n; here that difference is counted directly in the other class, sorted.
 */
export const delong = (first: ScoresByClass, second?: ScoresByClass): DeLong => {
  const m = first.positives.length;
  const n = first.negatives.length;
  if (second && (second.positives.length !== m || second.negatives.length !== n))
    throw new RangeError(
      `Models are compared on the same rows: ${m} positives and ${n} negatives aren't ` +
        `${second.positives.length} and ${second.negatives.length}.`,
    );
  const one = structuralComponents(first);
  const two = second && structuralComponents(second);
  return {
    positives: m,
    negatives: n,
    first: ranked(one),
    second: two ? ranked(two) : null,
    covariance: !two
      ? null
      : one.auc === null
        ? { positive: null, negative: null }
        : {
            positive: sampleCovariance(one.positives, two.positives),
            negative: sampleCovariance(one.negatives, two.negatives),
          },
  };
};

interface Components {
  readonly auc: number | null;
  /** V10, in the order of the positives; zeros when there are no negatives. */
  readonly positives: Float64Array;
  /** V01, in the order of the negatives. */
  readonly negatives: Float64Array;
}

const structuralComponents = ({ positives, negatives }: ScoresByClass): Components => {
  for (const scores of [positives, negatives])
    if (scores.some((score) => Number.isNaN(score)))
      throw new RangeError('A score is NaN, which has no rank.');
  const m = positives.length;
  const n = negatives.length;
  if (m === 0 || n === 0)
    return { auc: null, positives: new Float64Array(m), negatives: new Float64Array(n) };

  const above = twiceRowsBelow(positives, negatives);
  const below = twiceRowsBelow(negatives, positives);
  // Counts are integers, so this sum is exact while it stays under 2⁵³: some 60 million rows of either class.
  const wins = above.reduce((sum, count) => sum + count, 0);
  return {
    auc: wins / (2 * m * n),
    positives: above.map((count) => count / (2 * n)),
    negatives: below.map((count) => (2 * m - count) / (2 * m)),
  };
};

/** For each score, twice the number of `others` below it plus the number equal to it. */
const twiceRowsBelow = (scores: Float64Array, others: Float64Array): Float64Array => {
  const sorted = others.toSorted();
  return scores.map((score) => {
    const below = firstNotBelow(sorted, score, 0);
    if (sorted[below] !== score) return 2 * below;
    return below + firstAbove(sorted, score, below);
  });
};

/** The first place from `low` on with a value of at least `score`; the length when there is none. */
const firstNotBelow = (sorted: Float64Array, score: number, low: number): number => {
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < score) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The first place from `low` on with a value above `score`; the length when there is none. */
const firstAbove = (sorted: Float64Array, score: number, low: number): number => {
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) <= score) low = middle + 1;
    else high = middle;
  }
  return low;
};

const ranked = (components: Components): RankedModel => ({
  auc: components.auc,
  variance:
    components.auc === null
      ? { positive: null, negative: null }
      : {
          positive: sampleCovariance(components.positives, components.positives),
          negative: sampleCovariance(components.negatives, components.negatives),
        },
});

const sampleCovariance = (a: Float64Array, b: Float64Array): number | null => {
  if (a.length < 2) return null;
  const meanA = mean(a);
  const meanB = a === b ? meanA : mean(b);
  const sum = a.reduce(
    (total, value, index) => total + (value - meanA) * ((b[index] as number) - meanB),
    0,
  );
  return sum / (a.length - 1);
};

/** Two passes: the second takes out the rounding of the first, so that constants have variance 0. */
const mean = (values: Float64Array): number => {
  const rough = values.reduce((sum, value) => sum + value, 0) / values.length;
  return rough + values.reduce((sum, value) => sum + (value - rough), 0) / values.length;
};

/** Cov(θ₁, θ₂) = S10/m + S01/n from the moments of the structural components; null when one isn't known. */
export const aucCovariance = (
  moments: ByClass,
  positives: number,
  negatives: number,
): number | null =>
  moments.positive === null || moments.negative === null
    ? null
    : moments.positive / positives + moments.negative / negatives;
