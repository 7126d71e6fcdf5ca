/** Rows of one score, by label and predicted class. */
export interface JudgedScores {
  /** Ascending and distinct. */
  readonly scores: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly falseNegatives: Float64Array;
  readonly trueNegatives: Float64Array;
}

/** A figure of each kind of performance; null when it is 0/0. */
export interface PerformanceFigures {
  readonly accuracy: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly specificity: number | null;
  readonly f1: number | null;
  readonly rocAuc: number | null;
}

export interface RealisedPerformance extends PerformanceFigures {
  readonly n: number;
  readonly method: 'realised';
}

/**
 * A model's performance on rows with labels, from counts by score: what `expectedPerformance` estimates without them.
 *
 * Shares of the confusion counts, F1 = 2 TP / (2 TP + FP + FN), and the ROC AUC P(s₊ > s₋) + ½ P(s₊ = s₋), exact under
 * ties. null is 0/0.
 *
 * @throws RangeError when the columns differ in length, a count isn't one, or scores aren't ascending
 */
export const realisedPerformance = (rows: JudgedScores): RealisedPerformance => {
  checkJudgedScores(rows);
  const { tp, fp, fn, tn } = confusionOf(rows);
  const n = tp + fp + fn + tn;
  return {
    accuracy: quotient(tp + tn, n),
    precision: quotient(tp, tp + fp),
    recall: quotient(tp, tp + fn),
    specificity: quotient(tn, tn + fp),
    f1: quotient(2 * tp, 2 * tp + fp + fn),
    rocAuc: ranks(rows).auc,
    n,
    method: 'realised',
  };
};

/**
 * How far a figure of performance strays by chance, for one row: its standard error on n rows like these is the deviation
 * over √n.
 *
 * Of a share of the rows of some kind, √(q (1 − q) / s), with the share itself q and the kind's share of all rows s. F1 is
 * 2J / (1 + J) of the share J = TP / (TP + FP + FN), so its deviation is that of J times 2 / (1 + J)². Of the ROC AUC it
 * is √(n (S₁₀ / m + S₀₁ / k)), with DeLong's variances of the components of m positives and k negatives.
 *
 * As NannyML's sampling error times √n for accuracy, precision, recall and specificity. NannyML's F1 takes 2 / (1 + J) for
 * the derivative, and is too large by 1 + J; its ROC AUC leaves out the components of the more frequent class, and is too
 * small.
 *
 * null when the figure is 0/0, and of the ROC AUC when a class has fewer than two rows.
 *
 * @throws RangeError as `realisedPerformance`
 *
 * Source: E. R. DeLong et al., Comparing the areas under two or more correlated receiver operating characteristic curves,
 * Biometrics 44 (1988); the delta method for F1.
 */
export const performanceDeviations = (rows: JudgedScores): PerformanceFigures => {
  checkJudgedScores(rows);
  const { tp, fp, fn, tn } = confusionOf(rows);
  const n = tp + fp + fn + tn;
  const ofShare = (successes: number, trials: number): number | null => {
    if (trials === 0) return null;
    const share = successes / trials;
    return Math.sqrt((share * (1 - share) * n) / trials);
  };
  const jaccard = ofShare(tp, tp + fp + fn);
  const slope = 2 / (1 + tp / (tp + fp + fn)) ** 2;
  return {
    accuracy: ofShare(tp + tn, n),
    precision: ofShare(tp, tp + fp),
    recall: ofShare(tp, tp + fn),
    specificity: ofShare(tn, tn + fp),
    f1: jaccard === null ? null : jaccard * slope,
    rocAuc: ranks(rows).deviation,
  };
};

const quotient = (a: number, b: number): number | null => (b === 0 ? null : a / b);

/** @throws RangeError as `realisedPerformance` says */
const checkJudgedScores = (rows: JudgedScores): void => {
  const counts = [rows.truePositives, rows.falsePositives, rows.falseNegatives, rows.trueNegatives];
  if (counts.some(({ length }) => length !== rows.scores.length))
    throw new RangeError('Each score has a count of rows of either label and either prediction.');
  rows.scores.forEach((score, index) => {
    if (Number.isNaN(score) || (index > 0 && !(score > (rows.scores[index - 1] as number))))
      throw new RangeError(`Scores are ascending and distinct; score ${index}, ${score}, isn't.`);
  });
  for (const count of counts)
    count.forEach((value, index) => {
      if (!(value >= 0 && value < Infinity))
        throw new RangeError(`A count of score ${index} is ${value}; it must be finite and ≥ 0.`);
    });
};

const sumOf = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

const confusionOf = (rows: JudgedScores) => ({
  tp: sumOf(rows.truePositives),
  fp: sumOf(rows.falsePositives),
  fn: sumOf(rows.falseNegatives),
  tn: sumOf(rows.trueNegatives),
});

/** The AUC, and its deviation by DeLong's components: of each positive the share of negatives below it, ties by half. */
const ranks = (rows: JudgedScores): { auc: number | null; deviation: number | null } => {
  const { tp, fp, fn, tn } = confusionOf(rows);
  const [positives, negatives] = [tp + fn, fp + tn];
  if (positives === 0 || negatives === 0) return { auc: null, deviation: null };
  let [below, belowNegatives] = [0, 0];
  let [sum, squares, ofNegatives] = [0, 0, 0];
  for (let index = 0; index < rows.scores.length; index += 1) {
    const here = (rows.truePositives[index] as number) + (rows.falseNegatives[index] as number);
    const others = (rows.falsePositives[index] as number) + (rows.trueNegatives[index] as number);
    const component = (belowNegatives + others / 2) / negatives;
    sum += here * component;
    squares += here * component * component;
    const above = 1 - (below + here / 2) / positives;
    ofNegatives += others * above * above;
    below += here;
    belowNegatives += others;
  }
  const auc = sum / positives;
  if (positives < 2 || negatives < 2) return { auc, deviation: null };
  const variance = (total: number, n: number): number =>
    Math.max(0, total - n * auc * auc) / (n - 1);
  const perRow =
    variance(squares, positives) / positives + variance(ofNegatives, negatives) / negatives;
  return { auc, deviation: Math.sqrt((positives + negatives) * perRow) };
};
