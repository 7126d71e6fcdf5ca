import type { CheckTest, Measure } from '@sluice/contracts';
import { sliceOf } from '../measure-profile.js';
import type { Profile } from '../profile.js';
import { pairedTest } from '../quality/paired-test.js';
import type { MulticlassSlice } from '../tasks/multiclass-slice.js';
import type { RegressionSlice } from '../tasks/regression-slice.js';
import { taskTest } from '../tasks/task-tests.js';

/**
 * The test that version and champion do not differ: of two classes see `pairedTest`, of several and of a regression
 * `taskTest`. Or why there is none; null of several groups together, and when nothing varies.
 */
export const testOfNoDifference = (
  measure: Measure,
  profile: Profile,
): CheckTest | string | null => {
  const { by, group } = measure;
  if (by !== null && group === null) return null;
  const test =
    profile.task === 'binary-classification'
      ? pairedTest(measure, sliceOf(profile, measure))
      : taskTest(measure, sliceOf<MulticlassSlice | RegressionSlice>(profile, measure));
  if (typeof test === 'string' || test.p === null) return typeof test === 'string' ? test : null;
  return { hypothesis: 'no_difference', p: rounded(test.p), method: test.method };
};

/** Exponentials may differ in their last digit between engines: as with limits, twelve decimals are the same. */
const rounded = (p: number): number => Math.min(1, Math.round(p * 1e12) / 1e12);
