import { metricDefinition, type Measure, type MetricName } from '@sluice/contracts';
import {
  disparityDifference,
  largestDifference,
  linearCombination,
  smallestRatioWithin,
  type Disparity,
  type Estimate,
  type Proportion,
} from '@sluice/statistics';
import {
  lacking,
  levelOf,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { ProtectedProfile } from '../profile.js';
import {
  denominatorsOf,
  isOfPredicted,
  pairedCountsOf,
  predictorsOf,
  proportionOf,
  type Predictor,
  type RateName,
} from '../quality/rates.js';
import { changeOf, measuredIfBounded, sidesOf, whyNotAgainstPrivileged } from './compared.js';
import { groupStatisticMeasure, isGroupStatistic } from './group-statistics.js';
import { isPrivilegedMetric, privilegedEstimate, privilegedMetrics } from './privileged.js';

/** A fairness metric: which rates it compares between groups, and how. */
export interface FairnessMetric {
  readonly rates: readonly [RateName, ...RateName[]];
  readonly disparity: Disparity;
  /** What is made of several rates: the worst, unless it is their mean. */
  readonly mean?: true;
}

/** fairlearn's conventions: a difference is max − min over the groups, a ratio min / max, several rates the worst. */
export const fairnessMetrics = {
  demographic_parity_difference: { rates: ['selection_rate'], disparity: 'difference' },
  demographic_parity_ratio: { rates: ['selection_rate'], disparity: 'ratio' },
  equal_opportunity_difference: { rates: ['true_positive_rate'], disparity: 'difference' },
  equal_opportunity_ratio: { rates: ['true_positive_rate'], disparity: 'ratio' },
  equalized_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
  },
  equalized_odds_ratio: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'ratio',
  },
  false_positive_rate_difference: { rates: ['false_positive_rate'], disparity: 'difference' },
  false_positive_rate_ratio: { rates: ['false_positive_rate'], disparity: 'ratio' },
  average_absolute_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
    mean: true,
  },
  accuracy_difference: { rates: ['accuracy'], disparity: 'difference' },
  accuracy_ratio: { rates: ['accuracy'], disparity: 'ratio' },
  error_rate_difference: { rates: ['error_rate'], disparity: 'difference' },
  error_rate_ratio: { rates: ['error_rate'], disparity: 'ratio' },
  precision_difference: { rates: ['precision'], disparity: 'difference' },
  precision_ratio: { rates: ['precision'], disparity: 'ratio' },
  false_negative_rate_difference: { rates: ['false_negative_rate'], disparity: 'difference' },
  false_negative_rate_ratio: { rates: ['false_negative_rate'], disparity: 'ratio' },
  true_negative_rate_difference: { rates: ['true_negative_rate'], disparity: 'difference' },
  true_negative_rate_ratio: { rates: ['true_negative_rate'], disparity: 'ratio' },
  negative_predictive_value_difference: {
    rates: ['negative_predictive_value'],
    disparity: 'difference',
  },
  negative_predictive_value_ratio: { rates: ['negative_predictive_value'], disparity: 'ratio' },
  false_discovery_rate_difference: { rates: ['false_discovery_rate'], disparity: 'difference' },
  false_discovery_rate_ratio: { rates: ['false_discovery_rate'], disparity: 'ratio' },
  false_omission_rate_difference: { rates: ['false_omission_rate'], disparity: 'difference' },
  false_omission_rate_ratio: { rates: ['false_omission_rate'], disparity: 'ratio' },
  base_rate_difference: { rates: ['base_rate'], disparity: 'difference' },
  base_rate_ratio: { rates: ['base_rate'], disparity: 'ratio' },
  average_odds_ratio: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'ratio',
    mean: true,
  },
  others_average_absolute_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
    mean: true,
  },
  others_equalized_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
  },
} as const satisfies Partial<Record<MetricName, FairnessMetric>>;

export type FairnessName = keyof typeof fairnessMetrics | keyof typeof privilegedMetrics;
export const isFairness = (metric: string): metric is FairnessName =>
  Object.hasOwn(fairnessMetrics, metric) || Object.hasOwn(privilegedMetrics, metric);

export const comparisonOf = (metric: FairnessName): FairnessMetric =>
  ({ ...fairnessMetrics, ...privilegedMetrics })[metric];

/** The groups that a metric compares: all of a column, or those other than the privileged one together with that one. */
export const comparedGroups = (metric: MetricName, column: ProtectedProfile): ProtectedProfile =>
  metricDefinition(metric).needsPrivileged ? sidesOf(column) : column;

/**
 * A fairness metric over the groups of a column, as the request asks: of the version, of the champion, or
 * version − champion.
 *
 * It has a value only if each of its rates can be taken in every group: a group without favorable rows leaves equal
 * opportunity undefined, one with too few makes it insufficient. A ratio is undefined when nobody is selected in any
 * group (0/0), and 0 when somebody is in some but not in others. n sums the denominators of its rates.
 */
export const fairnessMeasure = (request: MeasureRequest, whole: ProtectedProfile): Measure => {
  const { metric, of } = request;
  if (isGroupStatistic(metric)) return groupStatisticMeasure(request, metric, whole);
  if (!isFairness(metric)) throw new TypeError(`${metric} doesn't compare groups.`);
  const column = comparedGroups(metric, whole);
  const comparison = comparisonOf(metric);
  const counted: Predictor = of === 'champion' ? 'champion' : 'version';
  const n = column.groups
    .flatMap(({ cells }) =>
      comparison.rates.map(
        // Of rates by label the rows are the same for both, so that it takes no champion to count them.
        (name) => proportionOf(name, cells, isOfPredicted(name) ? counted : 'version').rows,
      ),
    )
    .reduce((sum, rows) => sum + rows, 0);
  const incomparable = whyIncomparable(metric, whole);
  if (incomparable !== null) return withoutValue(request, 'undefined', n, incomparable);
  const lack = lacking(request, n, fairnessShortfalls(request, whole));
  if (lack) return lack;
  const nothing = whyNoRatio(metric, column, of);
  if (nothing !== null) return withoutValue(request, 'undefined', n, nothing);
  const level = levelOf(request);
  const estimate = isPrivilegedMetric(metric)
    ? privilegedEstimate(comparison, column, of, level)
    : groupsEstimate(comparison, column, of, level);
  return measuredIfBounded(request, { ...estimate, n });
};

const whyIncomparable = (metric: FairnessName, column: ProtectedProfile): string | null => {
  const against = metricDefinition(metric).needsPrivileged ? whyNotAgainstPrivileged(column) : null;
  if (against !== null) return against;
  return column.groups.length < 2 ? 'there is one group only, and nothing to compare' : null;
};

/** What somebody does who has no successes of a rate in any group. */
const withoutSuccesses: Record<RateName, string> = {
  selection_rate: 'selects nobody',
  base_rate: 'has no favorable row',
  true_positive_rate: 'finds no favorable row',
  false_negative_rate: 'misses no favorable row',
  false_positive_rate: 'predicts no unfavorable row favorable',
  true_negative_rate: 'predicts every unfavorable row favorable',
  accuracy: 'is never right',
  error_rate: 'is never wrong',
  precision: 'is never right about rows that it predicts favorable',
  false_discovery_rate: 'is never wrong about rows that it predicts favorable',
  negative_predictive_value: 'is never right about rows that it predicts unfavorable',
  false_omission_rate: 'is never wrong about rows that it predicts unfavorable',
};

/** Why a ratio is 0/0, or against the privileged group a division by 0; null when it is neither. */
const whyNoRatio = (
  metric: FairnessName,
  { groups, privileged }: ProtectedProfile,
  of: Measure['of'],
): string | null => {
  const { rates: names, disparity } = comparisonOf(metric);
  if (disparity !== 'ratio') return null;
  const against = isPrivilegedMetric(metric);
  const denominators = groups.filter(({ group }) => !against || group === privileged);
  for (const predictor of predictorsOf(of))
    for (const name of names)
      if (denominators.every(({ cells }) => proportionOf(name, cells, predictor).successes === 0))
        return against
          ? `the ${predictor} ${withoutSuccesses[name]} in the privileged group, and there is no ratio to 0`
          : `the ${predictor} ${withoutSuccesses[name]} in any group, and 0/0 is no ratio`;
  return null;
};

const groupsEstimate = (
  { rates: names, disparity, mean }: FairnessMetric,
  { groups }: ProtectedProfile,
  of: Measure['of'],
  level: number,
): Estimate => {
  const familiesOf = (predictor: Predictor) =>
    names.map((name) => groups.map(({ cells }) => proportionOf(name, cells, predictor)));
  // Rates of favorable and of unfavorable rows are independent of each other.
  const meanOf = (estimates: readonly Estimate[]): Estimate =>
    linearCombination(estimates.map((estimate) => ({ weight: 1 / estimates.length, estimate })));

  if (of === 'difference') {
    if (names.some(isOfPredicted)) {
      // Not of the same rows, so not paired: as if they were independent, which is too wide rather than too narrow.
      const [version, champion] = predictorsOf(of).map((predictor) =>
        between(disparity, familiesOf(predictor), level),
      ) as [Estimate, Estimate];
      return changeOf(version, champion);
    }
    const paired = names.map((name) => groups.map(({ cells }) => pairedCountsOf(name, cells)));
    return mean
      ? meanOf(paired.map((family) => disparityDifference([family], disparity, { level })))
      : disparityDifference(paired, disparity, { level });
  }
  const families = familiesOf(of);
  return mean
    ? meanOf(families.map((family) => between(disparity, [family], level)))
    : between(disparity, families, level);
};

const between = (
  disparity: Disparity,
  families: readonly (readonly Proportion[])[],
  level: number,
): Estimate =>
  disparity === 'ratio'
    ? smallestRatioWithin(families, { level })
    : largestDifference(families, { level });

/** What a fairness metric lacks, by group; none when every group has rows enough. */
export const fairnessShortfalls = (
  { metric, of, minimumRows: need = minimumRows }: Omit<MeasureRequest, 'by' | 'group'>,
  column: ProtectedProfile,
): Shortfall[] => {
  if (!isFairness(metric)) return [];
  return comparedGroups(metric, column).groups.flatMap(({ group, cells }) =>
    comparisonOf(metric)
      .rates.flatMap((name) => denominatorsOf(name, cells, of))
      .map((denominator) => ({ group, need, ...denominator }))
      .filter(({ have }) => have < need),
  );
};

/** The groups in which a rate is lowest and highest, the first of equals; the rate must be defined in each. */
export const extremesOf = (
  rate: RateName,
  column: ProtectedProfile,
  predictor: Predictor,
): GroupPair => {
  const shares = column.groups.map(({ group, cells }): GroupRate => {
    const { successes, trials, rows } = proportionOf(rate, cells, predictor);
    return { rate, group, value: successes / trials, n: rows };
  });
  return {
    low: shares.reduce((least, share) => (share.value < least.value ? share : least)),
    high: shares.reduce((most, share) => (share.value > most.value ? share : most)),
  };
};

export interface GroupRate {
  readonly rate: RateName;
  readonly group: string;
  readonly value: number;
  readonly n: number;
}

export interface GroupPair {
  readonly low: GroupRate;
  readonly high: GroupRate;
}

/** The pair of groups that decides a fairness metric: of its rates, the one that differs the most. */
export const decidingGroups = (
  metric: FairnessName,
  column: ProtectedProfile,
  predictor: Predictor,
): GroupPair => {
  const { rates: names, disparity } = comparisonOf(metric);
  const unequal = ({ low, high }: GroupPair): number =>
    disparity === 'ratio' ? -low.value / high.value : high.value - low.value;
  return names
    .map((rate) => extremesOf(rate, comparedGroups(metric, column), predictor))
    .reduce((widest, pair) => (unequal(pair) > unequal(widest) ? pair : widest));
};
