import { metricDefinition, type Measure } from '@sluice/contracts';
import type { Estimate } from '@sluice/statistics';
import {
  lacking,
  levelOf,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { ProtectedProfile } from '../profile.js';
import { predictorsOf, type Predictor } from '../quality/rates.js';
import { tallyOf } from '../quality/tally.js';
import { betweenGroups } from './between-groups.js';
import { changeOf, distanceFrom, measuredIfBounded, whyNotAgainstPrivileged } from './compared.js';
import { classImbalance, demographicDisparity } from './demographic-disparity.js';
import { amplification, differentialFairness } from './differential-fairness.js';
import { generalizedOdds } from './generalized-odds.js';
import { predictedPositiveShare, predictedPositiveShareRatio } from './predicted-positive-share.js';

/** What a statistic of groups is taken for. */
export interface StatisticRequest {
  readonly column: ProtectedProfile;
  readonly predictor: Predictor;
  /** The group, of a statistic that has a value for each. */
  readonly group: string | null;
  readonly parameter: number;
  readonly level: number;
  readonly minimumRows: number | undefined;
}

/** A figure of the groups of a column that isn't a comparison of their rates. */
export interface GroupStatistic {
  /** What it divides by, and how many rows there are of that. */
  readonly denominators: (request: StatisticRequest) => readonly Omit<Shortfall, 'need'>[];
  /** Why it is 0/0 or infinite although there are rows enough; null when it isn't. */
  readonly whyUndefined?: (request: StatisticRequest) => string | null;
  /** n counts rows, whatever they weigh. */
  readonly estimate: (request: StatisticRequest) => Estimate;
}

const groupStatistics = {
  ...betweenGroups,
  smoothed_empirical_differential_fairness: differentialFairness('selection_rate'),
  label_smoothed_empirical_differential_fairness: differentialFairness('base_rate'),
  differential_fairness_bias_amplification: amplification,
  demographic_disparity: demographicDisparity,
  class_imbalance: classImbalance,
  predicted_positive_share: predictedPositiveShare,
  predicted_positive_share_ratio: predictedPositiveShareRatio,
  generalized_equalized_odds_difference: generalizedOdds,
} as const satisfies Partial<Record<Measure['metric'], GroupStatistic>>;

export type GroupStatisticName = keyof typeof groupStatistics;
export const isGroupStatistic = (metric: string): metric is GroupStatisticName =>
  Object.hasOwn(groupStatistics, metric);

/** Of version − champion as if the two were independent, of their distances from the ideal where there is one. */
export const groupStatisticMeasure = (
  request: MeasureRequest,
  name: GroupStatisticName,
  column: ProtectedProfile,
): Measure => {
  const statistic: GroupStatistic = groupStatistics[name];
  const asked = statisticRequests(request, column);
  const { rows } = tallyOf(column.groups.flatMap(({ cells }) => cells));
  const { needsPrivileged, ideal } = metricDefinition(name);
  const incomparable =
    (needsPrivileged ? whyNotAgainstPrivileged(column) : null) ??
    (column.groups.length < 2 ? 'there is one group only, and nothing to compare' : null);
  if (incomparable !== null) return withoutValue(request, 'undefined', rows, incomparable);
  const lack = lacking(request, rows, groupStatisticShortfalls(request, name, column));
  if (lack) return lack;
  for (const each of asked) {
    const why = statistic.whyUndefined?.(each) ?? null;
    if (why !== null) return withoutValue(request, 'undefined', rows, why);
  }
  const [first, second] = asked.map((each) => statistic.estimate(each));
  if (!first) throw new TypeError('A figure is of somebody.');
  if (!second) return measuredIfBounded(request, first);
  const change = changeOf(distanceFrom(ideal, first), distanceFrom(ideal, second));
  return measuredIfBounded(request, { ...change, n: first.n });
};

/** What a statistic lacks, by group; none when there are rows enough. */
export const groupStatisticShortfalls = (
  request: Omit<MeasureRequest, 'by'>,
  name: GroupStatisticName,
  column: ProtectedProfile,
): Shortfall[] => {
  const need = request.minimumRows ?? minimumRows;
  const found = statisticRequests(request, column)
    .flatMap((each) => groupStatistics[name].denominators(each))
    .map((denominator) => ({ ...denominator, need }))
    .filter(({ have }) => have < need);
  // Rows by label are the same ones for version and champion: told once.
  return [...new Map(found.map((each) => [JSON.stringify(each), each])).values()];
};

const statisticRequests = (
  request: Omit<MeasureRequest, 'by'>,
  column: ProtectedProfile,
): StatisticRequest[] => {
  const { metric, of, group, parameter } = request;
  const { needs, parameter: own } = metricDefinition(metric);
  const predictors = predictorsOf(of).map((predictor) =>
    needs === 'label' ? ('version' as const) : predictor,
  );
  return predictors.map((predictor) => ({
    column,
    predictor,
    group,
    parameter: parameter ?? own?.default ?? NaN,
    level: levelOf(request as MeasureRequest),
    minimumRows: request.minimumRows,
  }));
};
