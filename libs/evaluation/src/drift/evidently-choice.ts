import {
  chiSquareAgainstReference,
  evidentlyBins,
  jensenShannon,
  kolmogorovSmirnov,
  proportionsZ,
  wasserstein,
  type BinnedSamples,
} from '@sluice/statistics';
import { rowsWithValue, type ColumnDrift } from './drift-profile.js';

/** What Evidently would say of a column. */
export interface EvidentlyFinding {
  readonly drifts: boolean;
  readonly method: string;
}

/** Up to so many reference rows Evidently tests; beyond them it takes distances. */
const mostRowsTested = 1000;

/**
 * Whether a column drifts by the test or distance that Evidently 0.7 chooses for it, at its threshold: by the reference's
 * rows with a value, and the distinct values of both tables together. Missing values don't count, as there. null when the
 * choice is undefined on the column, on which Evidently stops or says NaN.
 */
export const evidentlyFinding = (column: ColumnDrift): EvidentlyFinding | null => {
  const rows = rowsWithValue(column);
  if (rows.reference === 0 || rows.current === 0) return null;
  const distinct = distinctValues(column);
  const small = rows.reference <= mostRowsTested;
  if (column.kind === 'numeric' && distinct > 5) {
    if (small) return tested(kolmogorovSmirnov(column.samples), true);
    return distant(wasserstein(column.samples, { normalised: true }));
  }
  const counts = byValue(column);
  if (!small) {
    const bins =
      column.kind === 'numeric'
        ? evidentlyBins(column.samples, { integerType: column.integers })
        : counts;
    return bins && distant(jensenShannon(bins));
  }
  if (distinct > 2) return tested(chiSquareAgainstReference(counts), false);
  // Evidently takes p = 1 of a column of one value.
  if (distinct === 1) return { drifts: false, method: 'proportions-z' };
  const of = (side: readonly number[]) => ({
    successes: side[0] ?? 0,
    trials: side.reduce((sum, count) => sum + count, 0),
  });
  return tested(proportionsZ(of(counts.reference), of(counts.current)), false);
};

const tested = (
  { pValue, method }: { pValue: number | null; method: string },
  included: boolean,
): EvidentlyFinding | null =>
  pValue === null ? null : { drifts: included ? pValue <= 0.05 : pValue < 0.05, method };

const distant = ({
  distance,
  method,
}: {
  distance: number | null;
  method: string;
}): EvidentlyFinding | null => (distance === null ? null : { drifts: distance >= 0.1, method });

const byValue = (column: ColumnDrift): BinnedSamples => {
  if (column.kind === 'categorical') return column.samples;
  const { samples } = column;
  return { reference: [...samples.reference], current: [...samples.current] };
};

const distinctValues = (column: ColumnDrift): number => {
  const { reference, current } = byValue(column);
  return reference.filter((count, index) => count + (current[index] as number) > 0).length;
};
