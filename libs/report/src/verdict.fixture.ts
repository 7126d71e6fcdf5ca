import { verdictSchema, type Check, type Measure, type Verdict } from '@sluice/contracts';

const digest = (letter: string): `sha256:${string}` => `sha256:${letter.repeat(64)}`;

export const measure = (own: Partial<Measure>): Measure => ({
  metric: 'selection_rate',
  of: 'version',
  by: null,
  group: null,
  column: null,
  value: 0.5,
  interval: { lower: 0.4, upper: 0.6, level: 0.95, method: 'wilson' },
  n: 400,
  state: 'ok',
  reason: null,
  ...own,
});

export const check = (own: Partial<Check>): Check => ({
  id: 'roc_auc/at_least',
  outcome: 'pass',
  severity: 'fail',
  measure: measure({ metric: 'roc_auc', value: 0.75 }),
  limit: { at_least: 0.7 },
  reason: 'The ROC AUC is 0.750, above the limit of 0.70.',
  advice: null,
  ...own,
});

/** A verdict that fails on one group, with names of the caller's choosing in every place that a user can name. */
export const failingVerdict = (group = '25_or_under', column = 'age_group'): Verdict =>
  verdictSchema.parse({
    schema: 'sluice/verdict/v1',
    outcome: 'fail',
    subject: {
      model: 'credit-risk',
      version: digest('a'),
      champion: digest('b'),
      datasets: { evaluation: digest('c') },
      policy: digest('d'),
    },
    rows: 400,
    checks: [
      check({}),
      check({
        id: `demographic_parity_ratio/${column}/at_least`,
        outcome: 'fail',
        measure: measure({
          metric: 'demographic_parity_ratio',
          by: column,
          value: 0.59,
          interval: { lower: 0.46, upper: 0.75, level: 0.95, method: 'mover' },
        }),
        limit: { at_least: 0.8 },
        reason: `The selection rate is 0.474 for ${group} and 0.802 for over_25: a ratio of 0.590, below the limit of 0.80.`,
        advice: `Look at what lowers the scores of ${group}.`,
      }),
      check({
        id: 'true_positive_rate/at_least',
        outcome: 'warn',
        severity: 'warn',
        measure: measure({
          metric: 'true_positive_rate',
          value: null,
          interval: null,
          n: 3,
          state: 'insufficient',
          reason: 'only 3 rows',
        }),
        reason: 'Only 3 rows.',
      }),
    ],
    measures: [
      measure({ metric: 'accuracy', value: 0.765 }),
      measure({ metric: 'accuracy', of: 'champion', value: 0.7475 }),
      measure({
        metric: 'accuracy',
        of: 'difference',
        value: 0.0175,
        interval: { lower: -0.02, upper: 0.05, level: 0.95, method: 'newcombe-paired' },
      }),
      measure({ by: column, group, value: 0.474, n: 76 }),
      measure({ by: column, group: 'over_25', value: 0.802, n: 324 }),
      measure({
        metric: 'true_positive_rate',
        by: column,
        group,
        value: null,
        interval: null,
        n: 0,
        state: 'undefined',
        reason: 'no positives',
      }),
    ],
  });
