import type { Measure } from '@sluice/contracts';
import { columnMeasure } from './column-measure.js';
import { driftRequest, type DriftEvaluation } from './drift-candidates.js';
import { inEffectiveRows } from './effective-rows.js';
import { embeddingMeasure } from './embedding-measure.js';
import { estimatedFigures } from './estimated-performance.js';
import { sharedLevel, tableMeasure } from './table-measure.js';

/** A verdict is a message, and messages have a size: of so many columns each stands there. */
const mostColumnsListed = 300;

/**
 * The measures of drift that stand in every verdict with a reference: the share of columns that drift, predictions and labels
 * where they were scored, expected performance where it was asked for, how far embeddings moved, and by column the distance, with intervals that hold for all columns together, the rise of
 * missing values, and new categories.
 */
export const listDrift = (evaluation: DriftEvaluation): Measure[] => {
  const { profile, driftPolicy } = evaluation;
  if (evaluation.drift === null) return [];
  const drift = inEffectiveRows(evaluation.drift);
  const table = { drift, profile, policy: driftPolicy };
  const scored = drift.reference === null ? [] : (['prediction_drift', 'label_drift'] as const);
  const estimated =
    drift.performance === null
      ? []
      : (Object.keys(estimatedFigures) as (keyof typeof estimatedFigures)[]);
  const level = sharedLevel(0.95, drift.columns.length);
  return [
    ...(['drifted_columns_share', ...scored, ...estimated] as const).map((metric) =>
      tableMeasure(driftRequest(metric), table),
    ),
    ...drift.embeddings.flatMap((embedding) =>
      (['embedding_euclidean_distance', 'embedding_cosine_distance'] as const).map((metric) =>
        embeddingMeasure({ ...driftRequest(metric), metric }, embedding),
      ),
    ),
    ...drift.columns
      .slice(0, mostColumnsListed)
      .flatMap((column) =>
        (['drift_distance', 'null_rate_increase', 'new_category_share'] as const)
          .filter((metric) => metric !== 'new_category_share' || column.kind === 'categorical')
          .map((metric) =>
            columnMeasure({ ...driftRequest(metric), column: column.column, level }, drift, column),
          ),
      ),
  ];
};
