import { largestDifferenceOf, type Estimator } from '@sluice/statistics';
import { favorableRows, proportionOf, unfavorableRows } from '../quality/rates.js';
import { generalizedRateMeasure, type GeneralizedRateName } from '../quality/generalized-rates.js';
import type { GroupStatistic, StatisticRequest } from './group-statistics.js';

const families: readonly GeneralizedRateName[] = [
  'generalized_true_positive_rate',
  'generalized_false_positive_rate',
];

const meanIn = (
  request: StatisticRequest,
  metric: GeneralizedRateName,
  slice: StatisticRequest['column']['groups'][number],
  level = request.level,
) =>
  generalizedRateMeasure(
    {
      metric,
      of: request.predictor,
      by: null,
      group: slice.group,
      level,
      minimumRows: request.minimumRows,
    },
    metric,
    slice,
  );

/** The larger of the differences between groups in mean score by label: equalized odds of scores. */
export const generalizedOdds: GroupStatistic = {
  denominators: ({ column }) =>
    column.groups.flatMap(({ group, cells }) => [
      {
        group,
        have: proportionOf('true_positive_rate', cells, 'version').rows,
        rows: favorableRows,
      },
      {
        group,
        have: proportionOf('false_positive_rate', cells, 'version').rows,
        rows: unfavorableRows,
      },
    ]),
  whyUndefined: (request) =>
    request.column.groups
      .flatMap((slice) => families.map((metric) => meanIn(request, metric, slice)))
      .find(({ value }) => value === null)?.reason ?? null,
  estimate: (request) =>
    largestDifferenceOf(
      families.map((metric) =>
        request.column.groups.map((slice): Estimator => (level) => {
          const { value, interval, n } = meanIn(request, metric, slice, level);
          if (value === null || interval === null) throw new TypeError('The group has no figure.');
          return { estimate: value, interval, n };
        }),
      ),
      { level: request.level },
    ),
};
