import { isDriftMetric, type Measure, type Verdict } from '@sluice/contracts';

/** A column's drift side by side, as it is read. */
export interface DriftRow {
  readonly column: string;
  readonly distance: Measure;
  readonly missing: Measure | undefined;
  readonly newCategories: Measure | undefined;
}

export interface DriftTable {
  /** Of the whole table: the share of columns, predictions, labels, and what checks ask for beyond. */
  readonly whole: readonly Measure[];
  /** Those that drift most first. */
  readonly columns: readonly DriftRow[];
}

/** What a verdict says of drift; null when the policy names no reference. */
export const driftTable = ({ measures }: Verdict): DriftTable | null => {
  const drift = measures.filter(({ metric }) => isDriftMetric(metric));
  if (drift.length === 0) return null;
  const find = (metric: string, column: string | null): Measure | undefined =>
    drift.find((measure) => measure.metric === metric && measure.column === column);
  const columns = drift
    .filter(({ metric }) => metric === 'drift_distance')
    .map((distance) => ({
      column: distance.column as string,
      distance,
      missing: find('null_rate_increase', distance.column),
      newCategories: find('new_category_share', distance.column),
    }));
  return {
    whole: drift.filter(({ column }) => column === null),
    // Sorting is stable: of equals, in the order of the table.
    columns: columns.toSorted((a, b) => (b.distance.value ?? 2) - (a.distance.value ?? 2)),
  };
};
