import type {
  JudgedScores,
  RealisedPerformance,
  TwoCategorySamples,
  TwoSamples,
} from '@sluice/statistics';
import type { BinaryProfile, Moments } from '../profile.js';

/** A figure of the reference table, and the same of the current one. */
export interface Sides<Figure = number> {
  readonly reference: Figure;
  readonly current: Figure;
}

/**
 * The sufficient statistics of how a table, the current one, differs from a reference table: counts by value or bin, and
 * no row. The columns of tables of the same reference and the same bins add up.
 */
export interface DriftProfile {
  /** Rows of the tables. */
  readonly rows: Sides;
  /**
   * Σ w and Σ w² of the rows' weights. What is called rows below is then their weight; absent where each row counts 1.
   */
  readonly weights?: Sides<Moments>;
  /** In the order of the policy, or of the current table. */
  readonly columns: readonly ColumnDrift[];
  /** What rests on several columns of one row, computed where the rows are; null when no check asks for it. */
  readonly joint: JointDrift | null;
  /** What the policy names as embeddings, and a check asks for. */
  readonly embeddings: readonly EmbeddingDrift[];
  /** Labels and scores of the reference rows; null when no check asks for them. */
  readonly reference: BinaryProfile | null;
  /** Labels and scores of the current rows, where they have weights that drift is to ignore: absent otherwise. */
  readonly current?: BinaryProfile | null;
  /** What performance without labels is estimated from; null when no check asks for it. */
  readonly performance: PerformanceDrift | null;
}

export type ColumnDrift = NumericDrift | CategoricalDrift;

export interface NumericDrift {
  readonly column: string;
  readonly kind: 'numeric';
  /** Whether the column has an integer type in both tables. */
  readonly integers: boolean;
  /** Rows without a value; NaN is none. */
  readonly missing: Sides;
  /** Rows by value or, in a binned column, by bin: its value is then a typical one, and its count exact. */
  readonly samples: TwoSamples;
  /** Null when the values are exact. */
  readonly bins: Bins | null;
}

/** Bins that are open below and closed above. */
export interface Bins {
  /** The highest value of each, ascending; the last is ∞. */
  readonly upper: Float64Array;
  /** 1 where a bin holds one value only. */
  readonly single: Uint8Array;
  /** The smallest and the largest value of both tables; absent where they are not known, or there are none. */
  readonly range?: { readonly lowest: number; readonly highest: number };
}

export interface CategoricalDrift {
  readonly column: string;
  readonly kind: 'categorical';
  readonly missing: Sides;
  /** Rows by category. */
  readonly samples: TwoCategorySamples;
}

export interface JointDrift {
  /** The numeric columns that were taken. */
  readonly columns: readonly string[];
  /** Rows without a missing or infinite value that were taken: of large tables a sample. */
  readonly rows: Sides;
  /** Why there are no figures; null when there are. */
  readonly undefinedBecause: string | null;
  readonly domainClassifier: NormalEstimate | null;
  readonly reconstruction: Sides<MeanError> | null;
}

/** An estimate whose error is normal: it has an interval of any level. */
export interface NormalEstimate {
  readonly estimate: number;
  readonly standardError: number;
  readonly n: number;
  readonly method: string;
}

export interface EmbeddingDrift {
  /** The name that the policy gives it. */
  readonly name: string;
  /** Numbers in each. */
  readonly dimensions: number;
  /** Rows in which none of its numbers is missing or infinite, whose mean is taken. */
  readonly rows: Sides;
  /** Means of its numbers over these rows. */
  readonly means: Sides<Float64Array>;
  /** What rests on rows rather than on sums, computed where the rows are; null once profiles are merged. */
  readonly joint: EmbeddingJoint | null;
}

export interface EmbeddingJoint {
  /** The rows that were taken: of large tables a sample. */
  readonly rows: Sides;
  /** Why there are no figures; null when there are. */
  readonly undefinedBecause: string | null;
  readonly classifier: NormalEstimate | null;
  readonly discrepancy: { readonly pValue: number; readonly method: string } | null;
  /** The normalised Wasserstein distance of each number. */
  readonly componentDistances: Float64Array;
}

/** Rows by score, label and prediction, of the reference as a whole and of its chunks. */
export interface PerformanceDrift {
  readonly reference: JudgedScores;
  /** Rows by score and prediction of the current table; its labels don't count. */
  readonly current: PredictedScores;
  readonly chunks: {
    /** Rows of each. */
    readonly rows: number;
    /** What the model did on each chunk of the reference, in the order of its rows. */
    readonly realised: readonly RealisedPerformance[];
  };
}

export interface PredictedScores {
  /** Ascending and distinct. */
  readonly scores: Float64Array;
  readonly predictedPositive: Float64Array;
  readonly predictedNegative: Float64Array;
}

export interface MeanError {
  readonly mean: number;
  readonly standardError: number;
  readonly n: number;
}

/** Rows of a column that have a value. */
export const rowsWithValue = (column: ColumnDrift): Sides => {
  const sum = (counts: ArrayLike<number>): number => {
    let total = 0;
    for (let index = 0; index < counts.length; index += 1) total += counts[index] as number;
    return total;
  };
  const { reference, current } = column.samples;
  return { reference: sum(reference), current: sum(current) };
};
