import { studentTwoSidedTail } from '../special/incomplete-beta.js';
import { momentsOf, type Moments } from './moments.js';
import { infinite, tooFew, undefinedTest, type TwoSampleTest } from './test-result.js';
import { allFinite, sampleSizes, type SampleSizes, type TwoSamples } from './two-samples.js';

/**
 * The two-sided t test of equal means.
 *
 * Statistic: t = (mean_ref − mean_cur) / standard error. `equalVariances` (Student, n + m − 2 degrees of freedom, what
 * Evidently computes) pools the variances; otherwise (Welch, the default) each sample has its own, with Satterthwaite's
 * degrees of freedom. Sees a change of the mean only. Swapping the samples changes the sign of t.
 *
 * Undefined when a value is infinite, a sample has fewer than two rows (with equal variances, both together fewer than
 * three), or no value varies within its sample.
 *
 * Source: B. L. Welch, The generalization of "Student's" problem, Biometrika 34 (1947).
 */
export const studentT = (
  samples: TwoSamples,
  { equalVariances = false }: { readonly equalVariances?: boolean } = {},
): TwoSampleTest => {
  const method = equalVariances ? 'student-t' : 'welch-t';
  const n = sampleSizes(samples);
  const why = tooFewRows(n, equalVariances) ?? (allFinite(samples) ? null : infinite);
  if (why) return undefinedTest(method, n, why);
  const reference = momentsOf(samples.values, samples.reference);
  const current = momentsOf(samples.values, samples.current);
  if (reference.squares + current.squares === 0)
    return undefinedTest(method, n, 'Neither sample varies.');
  const { error, degrees } = (equalVariances ? pooled : separate)(reference, current);
  const statistic = (reference.mean - current.mean) / error;
  return {
    statistic,
    pValue: studentTwoSidedTail(statistic, degrees),
    n,
    method,
    degreesOfFreedom: degrees,
  };
};

/** A pooled variance needs two rows in one of the samples only. */
const tooFewRows = (n: SampleSizes, equalVariances: boolean): string | null => {
  if (!equalVariances) return tooFew(n, 2);
  return tooFew(n) ?? (n.reference + n.current < 3 ? 'Two rows have no variance.' : null);
};

interface StandardError {
  readonly error: number;
  readonly degrees: number;
}

const pooled = (a: Moments, b: Moments): StandardError => {
  const degrees = a.n + b.n - 2;
  const variance = (a.squares + b.squares) / degrees;
  return { error: Math.sqrt(variance * (1 / a.n + 1 / b.n)), degrees };
};

const separate = (a: Moments, b: Moments): StandardError => {
  const first = a.squares / (a.n - 1) / a.n;
  const second = b.squares / (b.n - 1) / b.n;
  const sum = first + second;
  return {
    error: Math.sqrt(sum),
    degrees: (sum * sum) / ((first * first) / (a.n - 1) + (second * second) / (b.n - 1)),
  };
};
