import { normalCdf } from './normal.js';
import type { Proportion } from './wilson.js';

/** Rows that two predictors select, by which of them does, and how many of them succeed. */
export interface SelectedRows {
  readonly firstOnly: Proportion;
  readonly secondOnly: Proportion;
  readonly both: Proportion;
}

export interface WeightedGeneralizedScore {
  /** The square of a standard normal quantity if the shares are equal. */
  readonly statistic: number;
  /** The two-sided p value of equal shares. */
  readonly p: number;
  readonly degreesOfFreedom: 1;
  /** Rows that either selects. */
  readonly n: number;
  readonly method: 'weighted-generalized-score';
}

/**
 * The test that two predictors succeed on equal shares of the rows that each selects, of which some are the same: of equal
 * precision, say.
 *
 * With x₁ of n₁ rows and x₂ of n₂, p₁ = x₁/n₁, p₂ = x₂/n₂, and p = (x₁ + x₂) / (n₁ + n₂):
 *
 *     T = (p₁ − p₂)² n₁ n₂ / Σ (y − p)²,   over the rows that only one of them selects; y is 1 for a success, else 0
 *
 * and P(χ²₁ ≥ T). That is Kosinski's statistic: of all n₁ + n₂ selections Σ (y − p)² is (n₁ + n₂) p (1 − p), and rows that both
 * select take part in it twice, which is what it takes away. Without such rows it is the score test of two independent
 * proportions. 0 when nothing differs, with p = 1: both select the same rows, or all succeed, or none.
 *
 * @param rows Rows may be effective ones, and then fractional, which the caller documents
 * @throws RangeError when a predictor selects no row, or more rows succeed than are selected
 *
 * Source: A. S. Kosinski, A weighted generalized score statistic for comparison of predictive values of diagnostic tests,
 * Statistics in Medicine 32 (2013).
 */
export const weightedGeneralizedScore = ({
  firstOnly,
  secondOnly,
  both,
}: SelectedRows): WeightedGeneralizedScore => {
  for (const { successes, trials } of [firstOnly, secondOnly, both])
    if (!(successes >= 0 && successes <= trials))
      throw new RangeError(`${successes} of ${trials} rows can't succeed.`);
  const [first, second] = [firstOnly, secondOnly].map((only) => ({
    successes: only.successes + both.successes,
    trials: only.trials + both.trials,
  })) as [Proportion, Proportion];
  if (!(first.trials > 0 && second.trials > 0))
    throw new RangeError('A share of no rows is undefined: each predictor has to select some.');
  const share = (first.successes + second.successes) / (first.trials + second.trials);
  const successes = firstOnly.successes + secondOnly.successes;
  const failures = firstOnly.trials + secondOnly.trials - successes;
  const spread = successes * (1 - share) ** 2 + failures * share ** 2;
  const difference = first.successes / first.trials - second.successes / second.trials;
  const statistic =
    difference === 0 || spread === 0
      ? 0
      : (difference ** 2 * first.trials * second.trials) / spread;
  return {
    statistic,
    p: statistic === 0 ? 1 : 2 * normalCdf(-Math.sqrt(statistic)),
    degreesOfFreedom: 1,
    n: firstOnly.trials + secondOnly.trials + both.trials,
    method: 'weighted-generalized-score',
  };
};
