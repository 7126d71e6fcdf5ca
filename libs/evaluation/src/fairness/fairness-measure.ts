import type { Measure, MetricName } from '@sluice/contracts';
import {
  disparityDifference,
  largestDifference,
  smallestRatio,
  type Disparity,
} from '@sluice/statistics';
import {
  lacking,
  measured,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { ProtectedProfile } from '../profile.js';
import {
  pairedCountsOf,
  proportionOf,
  rates,
  type Predictor,
  type RateName,
} from '../quality/rates.js';

/** A fairness metric: which rates it compares between groups, and how. */
export interface FairnessMetric {
  readonly rates: readonly [RateName, ...RateName[]];
  readonly disparity: Disparity;
}

/** fairlearn's conventions: a difference is max − min over the groups, a ratio min / max, several rates the worst. */
export const fairnessMetrics = {
  demographic_parity_difference: { rates: ['selection_rate'], disparity: 'difference' },
  demographic_parity_ratio: { rates: ['selection_rate'], disparity: 'ratio' },
  equal_opportunity_difference: { rates: ['true_positive_rate'], disparity: 'difference' },
  equalized_odds_difference: {
    rates: ['true_positive_rate', 'false_positive_rate'],
    disparity: 'difference',
  },
} as const satisfies Partial<Record<MetricName, FairnessMetric>>;

export type FairnessName = keyof typeof fairnessMetrics;
export const isFairness = (metric: string): metric is FairnessName =>
  Object.hasOwn(fairnessMetrics, metric);

/**
 * A fairness metric over the groups of a column, as the request asks: of the version, of the champion, or
 * version − champion.
 *
 * It has a value only if each of its rates can be taken in every group: a group without favorable rows leaves equal
 * opportunity undefined, one with too few makes it insufficient. A ratio is undefined when nobody is selected in any
 * group (0/0), and 0 when somebody is in some but not in others. n sums the denominators of its rates.
 */
export const fairnessMeasure = (request: MeasureRequest, column: ProtectedProfile): Measure => {
  if (!isFairness(request.metric)) throw new TypeError(`${request.metric} doesn't compare groups.`);
  const { rates: names, disparity }: FairnessMetric = fairnessMetrics[request.metric];
  const n = column.groups
    .flatMap(({ cells }) => names.map((name) => proportionOf(name, cells, 'version').trials))
    .reduce((sum, trials) => sum + trials, 0);
  if (column.groups.length < 2)
    return withoutValue(request, 'undefined', n, 'there is one group only, and nothing to compare');
  const lack = lacking(request, n, fairnessShortfalls(request.metric, column));
  if (lack) return lack;

  const familiesOf = (predictor: Predictor) =>
    names.map((name) => column.groups.map(({ cells }) => proportionOf(name, cells, predictor)));
  const predictors: Predictor[] =
    request.of === 'difference' ? ['version', 'champion'] : [request.of];
  const nobody = predictors.find((predictor) =>
    familiesOf(predictor)
      .flat()
      .every(({ successes }) => successes === 0),
  );
  if (disparity === 'ratio' && nobody !== undefined)
    return withoutValue(
      request,
      'undefined',
      n,
      `the ${nobody} selects nobody in any group, and 0/0 is no ratio`,
    );

  if (request.of === 'difference')
    return measured(
      request,
      disparityDifference(
        names.map((name) => column.groups.map(({ cells }) => pairedCountsOf(name, cells))),
        disparity,
      ),
    );
  const families = familiesOf(request.of);
  return measured(
    request,
    disparity === 'ratio' ? smallestRatio(families.flat()) : largestDifference(families),
  );
};

/** What a fairness metric lacks, by group; none when every group has rows enough. */
export const fairnessShortfalls = (metric: FairnessName, column: ProtectedProfile): Shortfall[] =>
  column.groups.flatMap(({ group, cells }) =>
    fairnessMetrics[metric].rates
      .map((name) => ({
        group,
        have: proportionOf(name, cells, 'version').trials,
        need: minimumRows,
        rows: rates[name].rows,
      }))
      .filter(({ have }) => have < minimumRows),
  );

/** The groups in which a rate is lowest and highest, the first of equals; the rate must be defined in each. */
export const extremesOf = (
  rate: RateName,
  column: ProtectedProfile,
  predictor: Predictor,
): { low: GroupRate; high: GroupRate } => {
  const shares = column.groups.map(({ group, cells }): GroupRate => {
    const { successes, trials } = proportionOf(rate, cells, predictor);
    return { rate, group, value: successes / trials, n: trials };
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

/** The pair of groups that decides a fairness metric: of its rates, the one that differs the most. */
export const decidingGroups = (
  metric: FairnessName,
  column: ProtectedProfile,
  predictor: Predictor,
): { low: GroupRate; high: GroupRate } =>
  fairnessMetrics[metric].rates
    .map((rate) => extremesOf(rate, column, predictor))
    .reduce((widest, pair) =>
      pair.high.value - pair.low.value > widest.high.value - widest.low.value ? pair : widest,
    );
