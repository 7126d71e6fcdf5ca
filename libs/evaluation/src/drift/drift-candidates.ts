import {
  metricDefinition,
  SluiceError,
  type DriftMetricName,
  type DriftPolicy,
  type Measure,
  type PolicyCheck,
} from '@sluice/contracts';
import { withoutValue } from '../measure.js';
import type { Profile } from '../profile.js';
import { columnMeasure, unsuitedBecause, type DriftRequest } from './column-measure.js';
import type { ColumnDrift, DriftProfile } from './drift-profile.js';
import { inEffectiveRows } from './effective-rows.js';
import { embeddingMeasure, isEmbeddingMetric } from './embedding-measure.js';
import { sharedLevel, tableMeasure } from './table-measure.js';

/** What checks of drift are decided on. */
export interface DriftEvaluation {
  readonly profile: Profile;
  /** null when the policy asks for no drift. */
  readonly drift: DriftProfile | null;
  readonly driftPolicy: DriftPolicy;
  /** The level of intervals; 0.95 unless told otherwise. */
  readonly level?: number;
}

/** A check of drift: its metric is one. */
export type DriftCheck = Pick<PolicyCheck, 'column' | 'min_rows' | 'holds'> & {
  readonly metric: DriftMetricName;
};

/**
 * The measures that a check of drift asks for: of the table, of the column or embedding that it names, or of every one that
 * the metric suits. Of several columns, intervals hold for all together (Bonferroni), and p-values are Holm's adjusted ones:
 * so that with many columns, chance alone doesn't make the worst of them fail.
 *
 * A check that holds by its whole interval passes only when each column is shown to meet the limit. That is wrong no more
 * often than it is of a single one (Berger 1982), and its intervals share no level.
 *
 * @throws SluiceError `invalid_request` when the profile holds no drift, or no such column
 */
export const driftCandidates = (check: DriftCheck, evaluation: DriftEvaluation): Measure[] => {
  const { metric } = check;
  const { profile, driftPolicy, level = 0.95 } = evaluation;
  if (evaluation.drift === null)
    throw new SluiceError('invalid_request', `No drift was measured, and ${metric} needs it.`);
  const drift = inEffectiveRows(evaluation.drift);
  const request = { ...driftRequest(metric), minimumRows: check.min_rows, level };
  const shared = (count: number): number =>
    check.holds === 'interval' ? level : sharedLevel(level, count);
  if (metricDefinition(metric).drift === 'table')
    return [tableMeasure(request, { drift, profile, policy: driftPolicy })];
  if (isEmbeddingMetric(metric)) {
    const named = drift.embeddings.filter(
      ({ name }) => check.column === undefined || name === check.column,
    );
    if (named.length === 0)
      throw new SluiceError(
        'invalid_request',
        `No drift of an embedding ${check.column ?? ''} was measured.`,
      );
    return adjusted(
      named.map((embedding) =>
        embeddingMeasure({ ...request, metric, level: shared(named.length) }, embedding),
      ),
      metric,
    );
  }
  if (check.column !== undefined) {
    const column = columnNamed(drift, check.column);
    return [columnMeasure({ ...request, column: column.column }, drift, column)];
  }
  const columns = drift.columns.filter((column) => unsuitedBecause(metric, column) === null);
  if (columns.length === 0)
    return [withoutValue(request, 'undefined', 0, 'there is no column that it is defined on')];
  const together = { ...request, level: shared(columns.length) };
  return adjusted(
    columns.map((column) => columnMeasure({ ...together, column: column.column }, drift, column)),
    metric,
  );
};

export const driftRequest = (metric: DriftMetricName): DriftRequest => ({
  metric,
  of: 'version',
  by: null,
  group: null,
});

const columnNamed = (drift: DriftProfile, name: string): ColumnDrift => {
  const column = drift.columns.find((candidate) => candidate.column === name);
  if (!column)
    throw new SluiceError('invalid_request', `No drift of a column ${name} was measured.`);
  return column;
};

/**
 * Holm's adjusted p-values: the k-th smallest of m times m − k + 1, never below an earlier one, and 1 at most.
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979).
 */
const adjusted = (measures: readonly Measure[], metric: DriftMetricName): Measure[] => {
  if (!metric.endsWith('_p_value') || measures.length < 2) return [...measures];
  const known = measures.filter(({ value }) => value !== null);
  const order = known.toSorted((a, b) => (a.value as number) - (b.value as number));
  let least = 0;
  const values = new Map(
    order.map((measure, place) => {
      least = Math.max(least, Math.min(1, (order.length - place) * (measure.value as number)));
      return [measure, least];
    }),
  );
  return measures.map((measure) => {
    const value = values.get(measure);
    return value === undefined
      ? measure
      : { ...measure, value, method: `${measure.method ?? metric}, holm of ${order.length}` };
  });
};
