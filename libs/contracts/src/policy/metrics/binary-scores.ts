import type { MetricDefinition } from './metric-definition.js';

/** The shares of rows, from the highest score down, for which a profile knows what a ranking gains. */
const shares = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

const share = { name: 'k', default: 0.1, lowest: 0.01, highest: 0.9, oneOf: shares } as const;

/** What scores of two classes are worth as probabilities and as a ranking; and Fβ, which like these has a parameter. */
export const binaryScoreMetrics = {
  log_loss: {
    title: 'Mean surprise at the label, given the score as its probability',
    formula: '−mean(ln p), p = s of favorable rows, 1 − s of others, at least 2⁻⁵²',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: Infinity,
    needs: 'score',
    tasks: ['binary-classification', 'multiclass-classification'],
  },
  brier_score: {
    title: 'Mean squared distance of the score from the label',
    formula: 'mean((s − y)²)',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
  },
  expected_calibration_error: {
    title: 'Distance of scores from the share that comes true, over tenths of the scores',
    formula: 'Σ_b n_b/n |mean_b(y) − mean_b(s)|, b = [0, 0.1), …, [0.9, 1]',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
  },
  maximum_calibration_error: {
    title:
      'Largest distance, in any tenth of the scores, of the mean score from the share that comes true',
    formula: 'max_b |mean_b(y) − mean_b(s)|, b = [0, 0.1), …, [0.9, 1], of those with rows',
    direction: 'lower',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
  },
  pr_auc: {
    title: 'Area under the precision–recall curve by its steps; average precision',
    formula: 'Σ_t (TPR_t − TPR_{t−1}) PPV_t, t = the distinct scores from the highest down',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
  },
  ks_statistic: {
    title: 'Largest distance between the distributions of the scores of the two labels',
    formula: 'max_t |TPR_t − FPR_t|',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
  },
  gain: {
    title: 'Share of the favorable rows found among the share k of rows that score highest',
    formula: 'TPR at the threshold that selects the share k; rows tied there count in proportion',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'score',
    parameter: share,
  },
  lift: {
    title: 'How many times more favorable rows the share k that scores highest holds than chance',
    formula: 'gain(k) / k',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 100,
    needs: 'score',
    parameter: share,
  },
  f_beta_score: {
    title: 'Harmonic mean of precision and true positive rate, the latter β times as important',
    formula: '(1 + β²) TP / ((1 + β²) TP + β² FN + FP)',
    direction: 'higher',
    kind: 'quality',
    lowest: 0,
    highest: 1,
    needs: 'prediction',
    parameter: { name: 'β', default: 2, lowest: 0.01, highest: 100 },
    tasks: ['binary-classification', 'multiclass-classification'],
    ofOneClass: true,
  },
} as const satisfies Record<string, MetricDefinition>;
