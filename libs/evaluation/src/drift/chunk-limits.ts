import {
  hasChunkLimit,
  metricDefinition,
  type Check,
  type DriftMetricName,
  type PolicyCheck,
} from '@sluice/contracts';
import { chunkThresholds } from '@sluice/statistics';
import type { DriftProfile } from './drift-profile.js';
import { estimatedFigures, isEstimatedPerformance } from './estimated-performance.js';

/**
 * With fewer chunks, mean ± 3 deviations alarm too often: of a figure that varies normally, a new chunk is below them in
 * 2.6 % with 6 chunks, but in 17 % with 2 (the deviate is √((k + 1) / (k − 1)) Student's t of k − 1 degrees). NannyML
 * warns below 6 too.
 */
export const leastChunks = 6;

/** A check whose limits are numbers, and where they come from. */
export interface LimitedCheck {
  readonly check: PolicyCheck;
  /** Where the limits come from; absent when they stand in the policy. */
  readonly chunks?: Check['limit']['reference_chunks'];
  /** Why the reference sets no limits; null when it does, or needn't. */
  readonly hindrance: string | null;
}

/**
 * Puts the thresholds of the reference's chunks in place of `reference_chunks`: the mean of the realised performance of the
 * chunks ± 3 standard deviations, cut to the metric's range, as NannyML's.
 */
export const withChunkLimits = (
  check: PolicyCheck & { readonly metric: DriftMetricName },
  drift: DriftProfile | null,
): LimitedCheck => {
  const { metric } = check;
  if (!hasChunkLimit(check) || !isEstimatedPerformance(metric)) return { check, hindrance: null };
  const { at_least, at_most, ...unlimited } = check;
  const performance = drift?.performance ?? null;
  const current = drift?.rows.current ?? 0;
  if (performance === null)
    return { check: unlimited, hindrance: 'the rows of the reference were not scored' };
  const { rows, realised } = performance.chunks;
  const { lowest, highest } = metricDefinition(metric);
  const found = chunkThresholds(
    realised.map((figures) => figures[estimatedFigures[metric]]),
    { range: [lowest, highest] },
  );
  const chunks = summary(rows, found);
  if (found === null || found.chunks < leastChunks)
    return {
      check: unlimited,
      chunks,
      hindrance: `the reference has ${chunks.chunks} chunks of ${rows} rows on which it is defined, and a limit takes at least ${leastChunks}`,
    };
  if (current < rows)
    return {
      check: unlimited,
      chunks,
      hindrance: `the evaluation data has ${current} rows, and chances are larger on them than on the chunks of ${rows} rows that set the limit`,
    };
  const limit = (given: PolicyCheck['at_least'], threshold: number) =>
    given === 'reference_chunks' ? rounded(threshold) : given;
  return {
    check: {
      ...unlimited,
      ...(at_least === undefined ? {} : { at_least: limit(at_least, found.lower) }),
      ...(at_most === undefined ? {} : { at_most: limit(at_most, found.upper) }),
    },
    chunks,
    hindrance: null,
  };
};

const summary = (rows: number, found: ReturnType<typeof chunkThresholds>) => ({
  rows,
  chunks: found?.chunks ?? 0,
  mean: found === null ? null : rounded(found.mean),
  deviation: found === null ? null : rounded(found.deviation),
});

/** As intervals are, so that every engine gives the same. */
const rounded = (value: number): number => Math.round(value * 1e12) / 1e12;
