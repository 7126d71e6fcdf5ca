import { SluiceError } from '@sluice/contracts';
import {
  sizesOf,
  type Constraint,
  type GroupConfusion,
  type Objective,
  type RejectOptionMetric,
  type ScoredGroup,
} from '@sluice/evaluation';
import type { MitigationOptions } from './mitigation-options.js';

/** What a rule is to be best at; costs say so by themselves. */
export const objectiveOf = ({
  objective,
  falseNegativeCost,
  falsePositiveCost,
}: MitigationOptions): Objective => {
  if (falseNegativeCost === undefined && falsePositiveCost === undefined)
    return { kind: objective };
  if (falseNegativeCost === undefined || falsePositiveCost === undefined)
    throw new SluiceError(
      'invalid_request',
      'Costs are compared with each other: give both --false-negative-cost and --false-positive-cost.',
    );
  return { kind: 'cost', falseNegative: falseNegativeCost, falsePositive: falsePositiveCost };
};

/** The group's rows, weighed, by label and prediction, which stands in the place of the score. */
export const confusionOf = (rows: ScoredGroup): GroupConfusion => {
  const { group, label, score, weight } = rows;
  const counts = [0, 0, 0, 0];
  label.forEach((truth, row) => {
    const cell = 2 * truth + (score[row] as number);
    counts[cell] = (counts[cell] as number) + (weight?.[row] ?? 1);
  });
  const { counted } = sizesOf(rows);
  const [trueNegatives, falsePositives, falseNegatives, truePositives] = counts as [
    number,
    number,
    number,
    number,
  ];
  return { group, truePositives, falsePositives, trueNegatives, falseNegatives, counted };
};

/** What the reject option keeps within bounds in place of a constraint. */
export const rejectMetricOf = (
  constraint: Constraint,
): { metric: RejectOptionMetric; constraint: Constraint } => {
  switch (constraint) {
    case 'demographic_parity':
      return { metric: 'statistical_parity_difference', constraint };
    case 'true_positive_rate_parity':
    case 'false_negative_rate_parity':
      return { metric: 'equal_opportunity_difference', constraint };
    case 'equalized_odds':
      return { metric: 'average_odds_difference', constraint };
    default:
      throw new SluiceError(
        'invalid_request',
        `reject-option keeps demographic_parity, true_positive_rate_parity or equalized_odds within bounds, not ${constraint}.`,
      );
  }
};
