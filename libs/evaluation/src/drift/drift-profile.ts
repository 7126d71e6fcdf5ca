import type { Estimate, TwoCategorySamples, TwoSamples } from '@sluice/statistics';
import type { BinaryProfile } from '../profile.js';

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
  /** In the order of the policy, or of the current table. */
  readonly columns: readonly ColumnDrift[];
  /** What rests on several columns of one row, computed where the rows are; null when no check asks for it. */
  readonly joint: JointDrift | null;
  /** Labels and scores of the reference rows; null when no check asks for them. */
  readonly reference: BinaryProfile | null;
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
  readonly domainClassifier: Estimate | null;
  readonly reconstruction: Sides<MeanError> | null;
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
