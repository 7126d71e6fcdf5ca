import type { Measure } from '@sluice/contracts';
import { aucDifference, aucInterval, newcombePaired, wilson } from '@sluice/statistics';
import {
  lacking,
  measured,
  minimumRows,
  minimumRowsPerClass,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { Cell, RankingProfile } from '../profile.js';
import { isRate, pairedCountsOf, proportionOf, rates, type RateName } from './rates.js';

/** The rows that a quality metric is taken over: all of the table, or those of a group. */
export interface Slice {
  readonly cells: readonly Cell[];
  readonly ranking: RankingProfile | null;
}

/**
 * A quality metric on a slice, as the request asks: of the version, of the champion, or version − champion.
 *
 * Rates have Wilson's interval and their paired differences Newcombe's; the AUC has DeLong's on the logit scale, and
 * its paired difference DeLong's. n is the denominator: rows, favorable rows, unfavorable rows; for the AUC all rows.
 */
export const qualityMeasure = (request: MeasureRequest, slice: Slice): Measure =>
  isRate(request.metric)
    ? rateMeasure(request, request.metric, slice.cells)
    : aucMeasure(request, slice.ranking);

/** What a quality metric lacks on a slice; none when it can be taken. */
export const qualityShortfalls = (
  metric: MeasureRequest['metric'],
  slice: Slice,
  group: string | null,
): Shortfall[] => {
  if (isRate(metric)) {
    const have = proportionOf(metric, slice.cells, 'version').trials;
    return have < minimumRows ? [{ group, have, need: minimumRows, rows: rates[metric].rows }] : [];
  }
  const { positives = 0, negatives = 0 } = slice.ranking ?? {};
  return [
    { group, have: positives, need: minimumRowsPerClass, rows: rates.true_positive_rate.rows },
    { group, have: negatives, need: minimumRowsPerClass, rows: rates.false_positive_rate.rows },
  ].filter(({ have, need }) => have < need);
};

const rateMeasure = (request: MeasureRequest, rate: RateName, cells: readonly Cell[]): Measure => {
  const { trials } = proportionOf(rate, cells, 'version');
  const lack = lacking(request, trials, qualityShortfalls(rate, { cells, ranking: null }, null));
  if (lack) return lack;
  return measured(
    request,
    request.of === 'difference'
      ? newcombePaired(pairedCountsOf(rate, cells))
      : wilson(proportionOf(rate, cells, request.of)),
  );
};

const aucMeasure = (request: MeasureRequest, ranking: RankingProfile | null): Measure => {
  if (ranking === null)
    return withoutValue(
      request,
      'undefined',
      0,
      'there is no ranking of scores: the data holds predictions only, or the profile was merged from parts',
    );
  const n = ranking.positives + ranking.negatives;
  const lack = lacking(request, n, qualityShortfalls(request.metric, { cells: [], ranking }, null));
  if (lack) return lack;
  if (request.of === 'version') return measured(request, aucInterval(ranking.version, ranking));
  if (ranking.champion === null || ranking.covariance === null)
    return withoutValue(request, 'undefined', n, 'there are no scores of the champion');
  return measured(
    request,
    request.of === 'champion'
      ? aucInterval(ranking.champion, ranking)
      : aucDifference(ranking.version, ranking.champion, ranking.covariance, ranking),
  );
};
