import {
  isDriftMetric,
  metricDefinition,
  type Measure,
  type MetricName,
  type Verdict,
} from '@sluice/contracts';

/** A column's drift side by side, as it is read. */
export interface DriftRow {
  readonly column: string;
  readonly distance: Measure;
  readonly missing: Measure | undefined;
  readonly newCategories: Measure | undefined;
}

export interface DriftTable {
  /** Of no single column: the share of columns, predictions, labels, expected performance, and embeddings. */
  readonly whole: readonly Measure[];
  /** Those that drift most first. */
  readonly columns: readonly DriftRow[];
}

const isOfEmbedding = (metric: MetricName): boolean =>
  metricDefinition(metric).drift === 'embedding';

/** What a figure of the whole is called: the metric, and the embedding that it is of. */
export const wholeName = ({ metric, column }: Measure): string =>
  column === null ? metric : `${metric} of ${column}`;

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
    whole: drift.filter(({ metric, column }) => column === null || isOfEmbedding(metric)),
    // Sorting is stable: of equals, in the order of the table.
    columns: columns.toSorted((a, b) => (b.distance.value ?? 2) - (a.distance.value ?? 2)),
  };
};
