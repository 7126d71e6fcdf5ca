import { largestDifferenceOf, wilson, type Estimate, type Estimator } from '@sluice/statistics';
import { allRows, proportionOf } from '../quality/rates.js';
import { changeOf } from './compared.js';
import type { GroupStatistic, StatisticRequest } from './group-statistics.js';

/**
 * Smoothed empirical differential fairness of a rate: the largest logarithm of a ratio between two groups of it, or of
 * its complement, each smoothed by c/2 rows, s = (k + c/2) / (n + c).
 *
 * 0 means equal rates; e^value is the largest factor by which a group's chance differs from another's. The estimand is
 * the same of the true rates in groups of this size (of weighted rows, of this effective size), so that smoothing counts for estimate and interval alike: Wilson's
 * limits of each rate, smoothed and on the logarithmic scale, combine as in `largestDifferenceOf`. Never infinite.
 *
 * Source: J. R. Foulds, R. Islam, K. N. Keya and S. Pan, An intersectional definition of fairness, ICDE (2020).
 */
const differential = (
  { column, predictor, parameter: c, level }: StatisticRequest,
  rate: 'selection_rate' | 'base_rate',
): Estimate => {
  const proportions = column.groups.map(({ cells }) => proportionOf(rate, cells, predictor));
  const family = (complement: boolean): Estimator[] =>
    proportions.map(({ successes, trials }) => (at) => {
      const own = wilson(
        { successes: complement ? trials - successes : successes, trials },
        { level: at },
      );
      const smoothed = (share: number): number => Math.log((trials * share + c / 2) / (trials + c));
      const count = complement ? trials - successes : successes;
      return {
        estimate: Math.log((count + c / 2) / (trials + c)),
        interval: {
          ...own.interval,
          lower: smoothed(own.interval.lower),
          upper: smoothed(own.interval.upper),
        },
        n: trials,
      };
    });
  const figure = largestDifferenceOf([family(false), family(true)], { level });
  return { ...figure, n: proportions.reduce((sum, { rows }) => sum + rows, 0) };
};

const denominators: GroupStatistic['denominators'] = ({ column, predictor }) =>
  column.groups.map(({ group, cells }) => ({
    group,
    have: proportionOf('base_rate', cells, predictor).rows,
    rows: allRows,
  }));

export const differentialFairness = (rate: 'selection_rate' | 'base_rate'): GroupStatistic => ({
  denominators,
  estimate: (request) => differential(request, rate),
});

/** Of predictions less of labels: above 0, the model makes larger what the data has. As if the two were independent. */
export const amplification: GroupStatistic = {
  denominators,
  estimate: (request) => {
    const predicted = differential(request, 'selection_rate');
    const { n } = predicted;
    return { ...changeOf(predicted, differential(request, 'base_rate')), n };
  },
};
