import type { CheckTest, Measure } from '@sluice/contracts';
import { sliceOf } from '../measure-profile.js';
import type { Profile } from '../profile.js';
import { pairedTest } from '../quality/paired-test.js';
import type { MulticlassSlice } from '../tasks/multiclass-slice.js';
import type { RegressionSlice } from '../tasks/regression-slice.js';
import { taskTest } from '../tasks/task-tests.js';

/**
 * The test that version and champion do not differ, where the profile has what it takes: of two classes see `pairedTest`, of
 * several and of a regression `taskTest`. null for other metrics, of several groups together, and when nothing varies.
 */
export const testOfNoDifference = (measure: Measure, profile: Profile): CheckTest | null => {
  const { metric, by, group } = measure;
  if (by !== null && group === null) return null;
  if (profile.task !== 'binary-classification') {
    const test = taskTest(measure, sliceOf<MulticlassSlice | RegressionSlice>(profile, measure));
    return test && testOf(test.p, test.method);
  }
  const test = pairedTest(metric, sliceOf(profile, measure));
  return test && testOf(test.p, test.method);
};

const testOf = (p: number | null, method: string): CheckTest | null =>
  p === null ? null : { hypothesis: 'no_difference', p: rounded(p), method };

/** Exponentials may differ in their last digit between engines: as with limits, twelve decimals are the same. */
const rounded = (p: number): number => Math.min(1, Math.round(p * 1e12) / 1e12);
