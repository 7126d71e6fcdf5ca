import { wilson } from '@sluice/statistics';
import type { ProtectedProfile } from '../profile.js';
import {
  predictionOf,
  rates,
  rowsOfChampion,
  type Predictor,
  type RowProportion,
} from '../quality/rates.js';
import { effectiveScale, tallyOf, type Tally } from '../quality/tally.js';
import type { GroupStatistic, StatisticRequest } from './group-statistics.js';

/** Rows predicted favorable in some groups, effective ones when they are weighted, and how many of them are in one. */
const shareOf = (
  { groups }: ProtectedProfile,
  predictor: Predictor,
  own: string | null,
  among: (group: string) => boolean = () => true,
): RowProportion => {
  const selected = (isIn: (group: string) => boolean): Tally =>
    tallyOf(
      groups
        .filter(({ group }) => isIn(group))
        .flatMap(({ cells }) => cells)
        .filter((cell) => predictionOf(cell, predictor)),
    );
  const all = selected(among);
  const scale = effectiveScale(all);
  const { weight } = selected((group) => group === own);
  return { successes: weight * scale, trials: all.weight * scale, rows: all.rows };
};

const denominators: GroupStatistic['denominators'] = ({ column, predictor }) => {
  const { rows } = rates.precision;
  return [
    {
      group: null,
      have: shareOf(column, predictor, null).rows,
      rows: predictor === 'champion' ? rowsOfChampion(rows) : rows,
    },
  ];
};

/** A group's share of all rows predicted favorable (Aequitas' ppr), with Wilson's interval. */
export const predictedPositiveShare: GroupStatistic = {
  denominators,
  estimate: ({ column, predictor, group, level }) => {
    const share = shareOf(column, predictor, group);
    return { ...wilson(share, { level }), n: share.rows };
  },
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
      n: both.rows,
    };
  },
};

const ofBoth = ({ column, predictor, group }: StatisticRequest): RowProportion =>
  shareOf(column, predictor, group, (each) => each === group || each === column.privileged);
