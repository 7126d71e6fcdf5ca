import type { MetricDefinition } from './metric-definition.js';

/** What predictions are worth by the policy's `value`, in its currency. v(y, ŷ) is the worth of an outcome, times the row's amount where there is one. */
export const valueMetrics = {
  expected_value: {
    title: 'Mean worth of a row under the predictions',
    formula: 'mean(v(y, ŷ))',
    direction: 'higher',
    kind: 'value',
    lowest: -Infinity,
    highest: Infinity,
    needs: 'prediction',
  },
  total_value: {
    title: 'Worth of all rows together under the predictions; weighted rows count by their weight',
    formula: 'Σ v(y, ŷ)',
    direction: 'higher',
    kind: 'value',
    lowest: -Infinity,
    highest: Infinity,
    needs: 'prediction',
  },
  value_over_baseline: {
    title: 'Mean worth of a row beyond that of predicting all rows alike, the better way round',
    formula: 'mean(v(y, ŷ)) − max(mean(v(y, 1)), mean(v(y, 0)))',
    direction: 'higher',
    kind: 'value',
    lowest: -Infinity,
    highest: Infinity,
    needs: 'prediction',
  },
  return_on_investment: {
    title: 'What the model earns beyond its cost, as a multiple of that; 0 when it pays for itself',
    formula: '(value_over_baseline − c) / c, c = value.cost / rows of the data',
    direction: 'higher',
    kind: 'value',
    needsCost: true,
    lowest: -Infinity,
    highest: Infinity,
    needs: 'prediction',
  },
  break_even_threshold: {
    title: 'The probability from which on a favorable prediction is worth more than the other',
    formula: '(v(0, 0) − v(0, 1)) / (v(1, 1) − v(1, 0) + v(0, 0) − v(0, 1))',
    direction: 'neither',
    kind: 'value',
    lowest: 0,
    highest: 1,
    needs: 'label',
  },
} as const satisfies Record<string, MetricDefinition>;
