import { metricDefinition, type DriftPolicy, type Policy } from '@sluice/contracts';
import type { PerformanceDrift } from '@sluice/evaluation';
import { realisedPerformance } from '@sluice/statistics';
import type { ScoredCounts } from './scored-counts.js';

/** Fewer rows than this in a chunk are noise. */
const leastRows = 20;
/** Into how many chunks the reference is parted at least, unless the policy tells. */
const usualChunks = 10;

/** Whether a check asks for performance estimated without labels. */
export const asksForPerformance = ({ checks }: Policy): boolean =>
  checks.some(({ metric }) => metricDefinition(metric).estimatesPerformance === true);

/** What performance is estimated from; null when the tables hold predictions and no scores. */
export const performanceDrift = (
  reference: ScoredCounts,
  current: ScoredCounts,
  chunks: DriftPolicy['chunks'],
): PerformanceDrift | null => {
  if (!reference.hasScores || !current.hasScores) return null;
  const rows = rowsOfChunk(chunks, reference.rows, current.rows);
  return {
    reference: reference.judged(),
    current: current.predicted(),
    chunks: {
      rows,
      realised: Array.from({ length: Math.floor(reference.rows / rows) }, (_, chunk) =>
        realisedPerformance(reference.judged(chunk * rows, (chunk + 1) * rows)),
      ),
    },
  };
};

/**
 * As many as the evaluation data has, so that chance is as large on a chunk as on that; fewer where the reference would not
 * have ten chunks of them, as more chance makes wider limits, and no more alarms.
 */
const rowsOfChunk = (chunks: DriftPolicy['chunks'], reference: number, current: number): number => {
  if (chunks === undefined)
    return Math.max(leastRows, Math.min(current, Math.floor(reference / usualChunks)));
  return 'rows' in chunks
    ? chunks.rows
    : Math.max(leastRows, Math.floor(reference / chunks.number));
};
