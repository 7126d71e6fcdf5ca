import { normalCdf } from '../normal.js';
import type { Proportion } from '../wilson.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';

/**
 * The two-sided z test of equal proportions, with the pooled variance.
 *
 * Statistic: z = (p_ref − p_cur) / √(p(1 − p)(1/n + 1/m)), p pooled. z² is the chi-square statistic of homogeneity of
 * the 2 × 2 table. Swapping the samples, or success and failure, changes the sign of z.
 *
 * Undefined when a sample has no rows or all rows are alike (Evidently says p = 1 there).
 *
 * @throws RangeError when successes aren't between 0 and the trials
 */
export const proportionsZ = (reference: Proportion, current: Proportion): TwoSampleTest => {
  const method = 'proportions-z';
  const n = { reference: reference.trials, current: current.trials };
  for (const { successes, trials } of [reference, current])
    if (!(successes >= 0 && successes <= trials && trials < Infinity))
      throw new RangeError(`${successes} of ${trials} is no proportion.`);
  const few = tooFew(n);
  if (few) return undefinedTest(method, n, few);
  const successes = reference.successes + current.successes;
  const trials = n.reference + n.current;
  if (successes === 0 || successes === trials)
    return undefinedTest(method, n, 'All rows are alike.');
  const pooled = (successes / trials) * ((trials - successes) / trials);
  const error = Math.sqrt(pooled * (1 / n.reference + 1 / n.current));
  const statistic = (reference.successes / n.reference - current.successes / n.current) / error;
  return { statistic, pValue: 2 * normalCdf(-Math.abs(statistic)), n, method };
};
