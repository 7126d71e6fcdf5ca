/** Rows of one raw score and one predicted class. */
export interface ScoredRows {
  /** Ascending and distinct raw scores. */
  readonly scores: Float64Array;
  /** The probability that a row of that score is positive, such as from `isotonicCalibration`. */
  readonly probabilities: Float64Array;
  /** The rows, or weight, of each score that the model calls positive. */
  readonly predictedPositive: Float64Array;
  /** And those that it calls negative. */
  readonly predictedNegative: Float64Array;
}

export interface ExpectedConfusion {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** Each null when it is 0/0. */
export interface ExpectedPerformance {
  readonly confusion: ExpectedConfusion;
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly specificity: number | null;
  readonly f1: number | null;
  readonly rocAuc: number | null;
  readonly n: number;
  readonly method: 'cbpe';
}

/**
 * A model's performance on rows without labels, from calibrated scores (confidence-based performance estimation).
 *
 * With p the probability of a row to be positive: E[TP] = Σ p and E[FP] = Σ (1 − p) over rows predicted positive,
 * E[FN] = Σ p and E[TN] = Σ (1 − p) over the others; accuracy, precision, recall, specificity and F1 are those of the
 * expected counts. The ROC AUC is the area under the cumulative E[FP] and E[TP] from the highest raw score down, by
 * trapezoids. As good as the calibration: it assumes that P(positive | score) hasn't changed, so it sees covariate
 * shift, never concept drift.
 *
 * As NannyML's CBPE, but for its rounding of the cumulative counts to 5 decimals, which moves its AUC by some 1e-6.
 *
 * @throws RangeError when the columns differ in length, a probability isn't in [0, 1], a count isn't one, or scores
 * aren't ascending
 *
 * Source: J. Białek, W. Kuberski, N. Perrakis and A. Bifet, Estimating model performance under covariate shift without
 * labels (2024).
 */
export const expectedPerformance = (rows: ScoredRows): ExpectedPerformance => {
  check(rows);
  const confusion = expectedConfusion(rows);
  const { tp, fp, fn, tn } = confusion;
  const n = tp + fp + fn + tn;
  return {
    confusion,
    accuracy: quotient(tp + tn, n),
    precision: quotient(tp, tp + fp),
    recall: quotient(tp, tp + fn),
    specificity: quotient(tn, tn + fp),
    f1: quotient(2 * tp, 2 * tp + fp + fn),
    rocAuc: expectedAuc(rows),
    n,
    method: 'cbpe',
  };
};

const quotient = (a: number, b: number): number | null => (b === 0 ? null : a / b);

const check = (rows: ScoredRows): void => {
  const { scores, probabilities, predictedPositive, predictedNegative } = rows;
  for (const column of [probabilities, predictedPositive, predictedNegative])
    if (column.length !== scores.length)
      throw new RangeError('Each score has a probability, and a count of either predicted class.');
  scores.forEach((score, index) => {
    if (Number.isNaN(score) || (index > 0 && !(score > (scores[index - 1] as number))))
      throw new RangeError(`Scores are ascending and distinct; score ${index}, ${score}, isn't.`);
    const p = probabilities[index] as number;
    if (!(p >= 0 && p <= 1))
      throw new RangeError(`A probability is in [0, 1]; that of score ${index} is ${p}.`);
    for (const count of [predictedPositive[index] as number, predictedNegative[index] as number])
      if (!(count >= 0 && count < Infinity))
        throw new RangeError(`A count of score ${index} is ${count}; it must be finite and ≥ 0.`);
  });
};

const expectedConfusion = (rows: ScoredRows): ExpectedConfusion => {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  rows.probabilities.forEach((p, index) => {
    const positive = rows.predictedPositive[index] as number;
    const negative = rows.predictedNegative[index] as number;
    tp += positive * p;
    fp += positive * (1 - p);
    fn += negative * p;
    tn += negative * (1 - p);
  });
  return { tp, fp, fn, tn };
};

/** null when no positive or no negative is expected. */
const expectedAuc = (rows: ScoredRows): number | null => {
  let [positives, negatives, area] = [0, 0, 0];
  for (let index = rows.scores.length - 1; index >= 0; index -= 1) {
    const p = rows.probabilities[index] as number;
    const here =
      (rows.predictedPositive[index] as number) + (rows.predictedNegative[index] as number);
    const before = positives;
    positives += here * p;
    negatives += here * (1 - p);
    area += (here * (1 - p) * (before + positives)) / 2;
  }
  return quotient(area, positives * negatives);
};
