import type { GroupSizes } from './constraint.js';

/** What a rule is to be best at, as long as the constraint holds. */
export type Objective =
  | { readonly kind: 'accuracy' }
  | { readonly kind: 'balanced_accuracy' }
  /** What a wrong unfavorable and a wrong favorable label cost, in one unit. */
  | { readonly kind: 'cost'; readonly falseNegative: number; readonly falsePositive: number };

/** An objective as a sum over rows: what one more true positive gains and one more false positive loses. */
export interface Gains {
  readonly truePositive: number;
  readonly falsePositive: number;
}

/**
 * The gains of an objective over all groups together. Balanced accuracy is that of the whole table; fairlearn takes
 * the mean of the groups' own, weighted by their size, which is no figure that anyone reports.
 */
export const gainsOf = (objective: Objective, groups: readonly GroupSizes[]): Gains => {
  const positives = groups.reduce((sum, group) => sum + group.positives, 0);
  const negatives = groups.reduce((sum, group) => sum + group.negatives, 0);
  switch (objective.kind) {
    case 'accuracy':
      return { truePositive: 1, falsePositive: 1 };
    case 'balanced_accuracy':
      // Times n/2, so that the figures are of the same size as accuracy's; a class without rows gains nothing.
      return {
        truePositive: positives === 0 ? 0 : (positives + negatives) / (2 * positives),
        falsePositive: negatives === 0 ? 0 : (positives + negatives) / (2 * negatives),
      };
    case 'cost':
      return { truePositive: objective.falseNegative, falsePositive: objective.falsePositive };
  }
};

/** The gain of a rule over one that calls nobody favorable. */
export const gain = (gains: Gains, truePositives: number, falsePositives: number): number =>
  gains.truePositive * truePositives - gains.falsePositive * falsePositives;
