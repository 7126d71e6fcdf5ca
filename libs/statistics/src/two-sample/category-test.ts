import { chiSquareTail } from '../special/incomplete-gamma.js';
import { tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import type { TwoCategorySamples } from './two-category-samples.js';
import { sampleSizes, type SampleSizes } from './two-samples.js';

export type CategoryCounts = Pick<TwoCategorySamples, 'reference' | 'current'>;

interface OccurringCounts extends CategoryCounts {
  readonly n: SampleSizes;
}

type TestFigures = Pick<TwoSampleTest, 'statistic' | 'pValue' | 'degreesOfFreedom'>;

/** Runs a test over the categories that occur, if there are at least two and both samples have rows. */
export const categoryTest = (
  method: string,
  samples: CategoryCounts,
  test: (counts: OccurringCounts) => TestFigures,
): TwoSampleTest => {
  const n = sampleSizes(samples);
  const occurs = (index: number): boolean =>
    (samples.reference[index] as number) + (samples.current[index] as number) > 0;
  const reference = samples.reference.filter((_, index) => occurs(index));
  const current = samples.current.filter((_, index) => occurs(index));
  const why = tooFew(n) ?? (reference.length < 2 ? 'There is only one category.' : null);
  if (why) return undefinedTest(method, n, why);
  return { ...test({ reference, current, n }), n, method };
};

export const chiSquared = (statistic: number, degreesOfFreedom: number): TestFigures => ({
  statistic,
  pValue: chiSquareTail(statistic, degreesOfFreedom),
  degreesOfFreedom,
});
