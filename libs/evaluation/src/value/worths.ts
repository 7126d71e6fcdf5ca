import type { ValuePolicy } from '@sluice/contracts';
import type { Cell, Moments } from '../profile.js';
import { weightOf } from '../quality/tally.js';

/** The worth of an outcome, or with amounts the share of the amount that it is worth. */
export const worthOf = (worths: ValuePolicy, label: boolean, predicted: boolean): number => {
  if (label) return predicted ? worths.true_positive : worths.false_negative;
  return predicted ? worths.false_positive : worths.true_negative;
};

/** Σ w·a and Σ w·a² of a cell's rows; an amount is 1 where the policy names none. null when the profile lacks them. */
export const amountOf = (cell: Cell, { amount }: ValuePolicy): Moments | null => {
  const { sum } = weightOf(cell);
  return amount === undefined ? { sum, squares: sum } : (cell.amount ?? null);
};

/**
 * The probability of the favorable label from which on a favorable prediction is worth more than an unfavorable one:
 *
 *     p TP + (1 − p) FP > p FN + (1 − p) TN   ⟺   p > (TN − FP) / (TP − FN + TN − FP)
 *
 * if the denominator is positive. Amounts multiply both sides. A text says why there is none: one of the predictions is
 * never worse, or favorable ones gain as the probability falls.
 */
export const breakEven = (worths: ValuePolicy): number | string => {
  const gained = worths.true_positive - worths.false_negative;
  const lost = worths.true_negative - worths.false_positive;
  if (gained + lost === 0)
    return 'one prediction is worth more than the other by the same whatever the score, or both are worth the same';
  if (gained + lost < 0)
    return 'a favorable prediction is worth the more the less likely the favorable label is';
  const threshold = lost / (gained + lost);
  if (threshold < 0) return 'a favorable prediction is worth more whatever the score';
  return threshold > 1 ? 'an unfavorable prediction is worth more whatever the score' : threshold;
};
