import { binaryOf } from '../tasks/task-slices.js';
import type { Measure, PolicyCheck } from '@sluice/contracts';
import { measureProfile, sliceOf } from '../measure-profile.js';
import { bestThreshold, valueByThreshold } from '../value/value-by-threshold.js';
import type { Evaluation } from './decide-check.js';
import { numberShown } from './words.js';

/** What to do about predictions that are worth too little: the threshold that would be best, if another is. */
export const valueAdvice = (
  check: PolicyCheck,
  measure: Measure,
  { profile, worths }: Evaluation,
): string => {
  if (check.metric === 'break_even_threshold')
    return 'This follows from `value` in the policy alone: correct the worths there, or the limit.';
  const better = `${worths?.cost !== undefined && check.metric === 'return_on_investment' ? 'Lower the cost of the model, or make' : 'Make'} the dearest errors rarer: see which of false positives and false negatives cost more in all, and add features or training rows that tell those apart.`;
  if (worths === undefined) return better;
  const slice = sliceOf(binaryOf(profile), measure);
  const values = valueByThreshold(slice, 'version', worths);
  const current = measureProfile(profile, {
    ...measure,
    metric: 'expected_value',
    of: 'version',
    worths,
  });
  if (values === null || current.value === null) return better;
  const best = bestThreshold(values);
  return best.value > current.value
    ? `At a threshold of ${best.threshold} the expected value of a row is ${numberShown(best.value)} on this data, as predicted now ${numberShown(current.value)}: move the threshold, and confirm that on other rows. ${better}`
    : `No threshold is worth more on this data. ${better}`;
};
