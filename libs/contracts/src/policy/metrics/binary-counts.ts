import type { MetricDefinition } from './metric-definition.js';

/** Rows of one outcome, by their weight: with Σ w of all rows and their share, a count is the product. */
const count = (
  title: string,
  formula: string,
  direction: 'higher' | 'lower',
  needs: 'prediction' | 'score' = 'prediction',
) =>
  ({
    title,
    formula,
    direction,
    kind: 'quality',
    lowest: 0,
    highest: Infinity,
    needs,
    tasks: ['binary-classification', 'multiclass-classification'],
    ofOneClass: 'always',
  }) as const;

/** The four outcomes as counts; the generalized ones count each row by its score rather than by its prediction. */
export const binaryCountMetrics = {
  true_positives: count(
    'Favorable rows predicted favorable; weighted rows count by their weight',
    'TP = Σ w over y = 1, ŷ = 1',
    'higher',
  ),
  false_positives: count(
    'Unfavorable rows predicted favorable; weighted rows count by their weight',
    'FP = Σ w over y = 0, ŷ = 1',
    'lower',
  ),
  true_negatives: count(
    'Unfavorable rows predicted unfavorable; weighted rows count by their weight',
    'TN = Σ w over y = 0, ŷ = 0',
    'higher',
  ),
  false_negatives: count(
    'Favorable rows predicted unfavorable; weighted rows count by their weight',
    'FN = Σ w over y = 1, ŷ = 0',
    'lower',
  ),
  generalized_true_positives: count(
    'Scores of favorable rows, added up',
    'GTP = Σ w·s over y = 1',
    'higher',
    'score',
  ),
  generalized_false_positives: count(
    'Scores of unfavorable rows, added up',
    'GFP = Σ w·s over y = 0',
    'lower',
    'score',
  ),
  generalized_true_negatives: count(
    'What scores of unfavorable rows lack to 1, added up',
    'GTN = Σ w·(1 − s) over y = 0',
    'higher',
    'score',
  ),
  generalized_false_negatives: count(
    'What scores of favorable rows lack to 1, added up',
    'GFN = Σ w·(1 − s) over y = 1',
    'lower',
    'score',
  ),
} as const satisfies Record<string, MetricDefinition>;
