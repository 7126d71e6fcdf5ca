import type { MetricName } from '@sluice/contracts';
import { aucDifference, mcnemar } from '@sluice/statistics';
import type { BinarySlice } from '../profile.js';
import { isOfPredicted, isRate, pairedCountsOf } from './rates.js';
import { effectiveClasses, isWeighted } from './tally.js';

/** A test of two models on the same rows; p is null when nothing varies. */
export interface ModelTest {
  readonly p: number | null;
  readonly method: string;
}

/**
 * The test that version and champion do not differ in a metric of two classes: McNemar's for rates of the same rows, DeLong's
 * for the AUC. null for other metrics, and of weighted rates, whose pairs aren't counts.
 */
export const pairedTest = (
  metric: MetricName,
  { cells, ranking }: Pick<BinarySlice, 'cells' | 'ranking'>,
): ModelTest | null => {
  if (isRate(metric) && !isOfPredicted(metric))
    return isWeighted(cells) ? null : mcnemar(pairedCountsOf(metric, cells));
  if (metric !== 'roc_auc' || !ranking?.champion || ranking.covariance === null) return null;
  const { version, champion, covariance } = ranking;
  const { p } = aucDifference(version, champion, covariance, effectiveClasses(ranking));
  return { p, method: 'delong' };
};
