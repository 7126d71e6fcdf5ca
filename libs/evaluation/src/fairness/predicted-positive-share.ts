import { wilson, type Proportion } from '@sluice/statistics';
import type { ProtectedProfile } from '../profile.js';
import { proportionOf, rates, rowsOfChampion, type Predictor } from '../quality/rates.js';
import type { GroupStatistic, StatisticRequest } from './group-statistics.js';

const selectedIn = (
  { groups }: ProtectedProfile,
  predictor: Predictor,
  of: string | null,
): number =>
  groups
    .filter(({ group }) => of === null || group === of)
    .reduce(
      (sum, { cells }) => sum + proportionOf('selection_rate', cells, predictor).successes,
      0,
    );

const denominators: GroupStatistic['denominators'] = ({ column, predictor }) => {
  const { rows } = rates.precision;
  return [
    {
      group: null,
      have: selectedIn(column, predictor, null),
      rows: predictor === 'champion' ? rowsOfChampion(rows) : rows,
    },
  ];
};

/** A group's share of all rows predicted favorable (Aequitas' ppr), with Wilson's interval. */
export const predictedPositiveShare: GroupStatistic = {
  denominators,
  estimate: ({ column, predictor, group, level }) =>
    wilson(
      {
        successes: selectedIn(column, predictor, group),
        trials: selectedIn(column, predictor, null),
      },
      { level },
    ),
};

/**
 * Rows of a group that are predicted favorable over those of the privileged one (Aequitas' ppr disparity). Of the rows of
 * either, q is the group's share and the ratio q / (1 − q), which rises with q: Wilson's limits of q give the ratio's.
 */
export const predictedPositiveShareRatio: GroupStatistic = {
  denominators,
  whyUndefined: (request) =>
    ofBoth(request).successes === ofBoth(request).trials
      ? `the ${request.predictor} selects nobody in the privileged group, and there is no ratio to 0`
      : null,
  estimate: (request) => {
    const both = ofBoth(request);
    const { interval } = wilson(both, { level: request.level });
    const odds = (share: number): number => share / (1 - share);
    return {
      estimate: both.successes / (both.trials - both.successes),
      interval: { ...interval, lower: odds(interval.lower), upper: odds(interval.upper) },
      n: both.trials,
    };
  },
};

const ofBoth = ({ column, predictor, group }: StatisticRequest): Proportion => {
  const own = selectedIn(column, predictor, group);
  return { successes: own, trials: own + selectedIn(column, predictor, column.privileged) };
};
