import type { CheckTest, Measure } from '@sluice/contracts';
import { aucDifference, mcnemar } from '@sluice/statistics';
import { sliceOf } from '../measure-profile.js';
import type { Profile } from '../profile.js';
import { isOfPredicted, isRate, pairedCountsOf } from '../quality/rates.js';
import { effectiveClasses, isWeighted } from '../quality/tally.js';
import type { MulticlassSlice } from '../tasks/multiclass-slice.js';
import type { RegressionSlice } from '../tasks/regression-slice.js';
import { taskTest } from '../tasks/task-tests.js';

/**
 * The test that version and champion do not differ, where the profile has what it takes: McNemar's for rates of the same
 * rows, DeLong's for the AUC; of several classes and of a regression see `taskTest`. null for other metrics, of several
 * groups together, when nothing varies, and of weighted rates, whose pairs aren't counts.
 */
export const testOfNoDifference = (measure: Measure, profile: Profile): CheckTest | null => {
  const { metric, by, group } = measure;
  if (by !== null && group === null) return null;
  if (profile.task !== 'binary-classification') {
    const test = taskTest(measure, sliceOf<MulticlassSlice | RegressionSlice>(profile, measure));
    return test && testOf(test.p, test.method);
  }
  if (isRate(metric) && !isOfPredicted(metric)) {
    const { cells } = sliceOf(profile, measure);
    if (isWeighted(cells)) return null;
    const { p, method } = mcnemar(pairedCountsOf(metric, cells));
    return testOf(p, method);
  }
  if (metric !== 'roc_auc') return null;
  const { ranking } = sliceOf(profile, measure);
  if (!ranking?.champion || ranking.covariance === null) return null;
  const { version, champion, covariance } = ranking;
  const { p } = aucDifference(version, champion, covariance, effectiveClasses(ranking));
  return testOf(p, 'delong');
};

const testOf = (p: number | null, method: string): CheckTest | null =>
  p === null ? null : { hypothesis: 'no_difference', p: rounded(p), method };

/** Exponentials may differ in their last digit between engines: as with limits, twelve decimals are the same. */
const rounded = (p: number): number => Math.min(1, Math.round(p * 1e12) / 1e12);
