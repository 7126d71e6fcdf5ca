import type { SampleSizes } from './two-samples.js';

/** What a two-sample test returns. */
export interface TwoSampleTest {
  /** null when the test isn't defined on these samples. */
  readonly statistic: number | null;
  /** The probability, if both samples come from one distribution, of a statistic at least as extreme. */
  readonly pValue: number | null;
  readonly n: SampleSizes;
  /** How the p-value was computed, such as `kolmogorov-smirnov-exact`. */
  readonly method: string;
  /** Of the statistic's reference distribution, where it has any. */
  readonly degreesOfFreedom?: number;
  /** Why the test isn't defined; only then. */
  readonly undefinedBecause?: string;
}

/** What a distance between two samples returns. */
export interface TwoSampleDistance {
  /** null when the distance isn't defined on these samples. */
  readonly distance: number | null;
  readonly n: SampleSizes;
  readonly method: string;
  /** Why the distance isn't defined; only then. */
  readonly undefinedBecause?: string;
}

export const undefinedTest = (
  method: string,
  n: SampleSizes,
  undefinedBecause: string,
): TwoSampleTest => ({ statistic: null, pValue: null, n, method, undefinedBecause });

export const undefinedDistance = (
  method: string,
  n: SampleSizes,
  undefinedBecause: string,
): TwoSampleDistance => ({ distance: null, n, method, undefinedBecause });

/** Why nothing can be said when a sample has fewer than `least` rows; null when both have as many. */
export const tooFew = ({ reference, current }: SampleSizes, least = 1): string | null => {
  if (reference >= least && current >= least) return null;
  const side = reference < least ? 'reference' : 'current';
  const rows = side === 'reference' ? reference : current;
  return rows === 0
    ? `The ${side} sample has no rows.`
    : `The ${side} sample has ${rows} rows; the test needs ${least}.`;
};

export const infinite = 'A value is infinite.';
