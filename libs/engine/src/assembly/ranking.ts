import type { Moments, RankedScores, RankingProfile } from '@sluice/evaluation';
import { componentExponent } from '../sql/ranks-sql.js';
import { precisionExponent, type Units } from '../sql/scored-relation.js';
import { inUnits, ratio } from './exact-ratio.js';

/** Σ w·x and Σ w·x² of the structural components of a class, as whole numbers. */
export interface ComponentSums {
  readonly sum: bigint;
  readonly squares: bigint;
}

/** The rank statistics of the scores of one slice, as `ranksSql` has them. */
export interface RankSums {
  readonly positives: ComponentSums;
  readonly negatives: ComponentSums;
  readonly wins: bigint;
  readonly precision: bigint;
  readonly farthest: { readonly statistic: number; readonly score: number } | null;
  readonly gains: readonly number[] | null;
}

/** A class of rows: how many they are, Σ w and Σ w² in units of weight. Without weights all three are the count. */
export interface ClassMass {
  readonly rows: number;
  readonly sum: bigint;
  readonly squares: bigint;
}

export interface SliceRanks {
  readonly positives: ClassMass;
  readonly negatives: ClassMass;
  readonly version: RankSums;
  readonly champion: RankSums | null;
  /** Σ w·x·x′ by class. */
  readonly both: { readonly positives: bigint; readonly negatives: bigint } | null;
}

/**
 * The figures of a ranking from its exact sums.
 *
 * The sample variance of weighted components is Σ w (V − V̄)² / (Σ w − Σ w² / Σ w): with weights of 1 the divisor is
 * n − 1, and weights of another scale give the same variance.
 */
export const rankingOf = (ranks: SliceRanks, units: Units): RankingProfile => {
  const { positives, negatives, champion, both } = ranks;
  const scored = (sums: RankSums): RankedScores => ({
    auc:
      positives.sum > 0n && negatives.sum > 0n
        ? ratio(sums.wins, 2n * positives.sum * negatives.sum)
        : null,
    variance: {
      positive: sampleMoment(
        positives,
        negatives,
        sums.positives.squares,
        [sums.positives.sum, sums.positives.sum],
        units,
      ),
      negative: sampleMoment(
        negatives,
        positives,
        sums.negatives.squares,
        [sums.negatives.sum, sums.negatives.sum],
        units,
      ),
    },
    averagePrecision:
      positives.sum > 0n ? ratio(sums.precision, positives.sum << BigInt(precisionExponent)) : null,
    kolmogorovSmirnov: positives.sum > 0n && negatives.sum > 0n ? sums.farthest : null,
    gains: positives.sum > 0n ? sums.gains : null,
  });
  return {
    positives: positives.rows,
    negatives: negatives.rows,
    ...(units.weight !== null && {
      weights: {
        positives: weightMoments(positives, units.weight),
        negatives: weightMoments(negatives, units.weight),
      },
    }),
    version: scored(ranks.version),
    champion: champion && scored(champion),
    covariance:
      champion && both
        ? {
            positive: sampleMoment(
              positives,
              negatives,
              both.positives,
              [ranks.version.positives.sum, champion.positives.sum],
              units,
            ),
            negative: sampleMoment(
              negatives,
              positives,
              both.negatives,
              [ranks.version.negatives.sum, champion.negatives.sum],
              units,
            ),
          }
        : null,
  };
};

/** (m Σ w·x·x′ − Σ w·x Σ w·x′) / (D² (m² − Σ w²)), with m = Σ w and components x in units of 1 / D. */
const sampleMoment = (
  own: ClassMass,
  other: ClassMass,
  products: bigint,
  [first, second]: readonly [bigint, bigint],
  { weight }: Units,
): number | null => {
  const spread = own.sum * own.sum - own.squares;
  if (other.sum === 0n || spread <= 0n) return null;
  const unit = weight === null ? 2n * other.sum : 1n << BigInt(componentExponent);
  return ratio(own.sum * products - first * second, unit * unit * spread);
};

export const weightMoments = (
  { sum, squares }: Pick<ClassMass, 'sum' | 'squares'>,
  exponent: number,
): Moments => ({
  sum: inUnits(sum, exponent),
  squares: inUnits(squares, 2 * exponent),
});
