import type { Measure } from '@sluice/contracts';
import { linearCombination, newcombe, wilson, type Estimate } from '@sluice/statistics';
import {
  lacking,
  levelOf,
  minimumRows,
  withoutValue,
  type MeasureRequest,
  type Shortfall,
} from '../measure.js';
import type { Cell, ProtectedProfile } from '../profile.js';
import { effectiveScale, tallyOf, type Tally } from '../quality/tally.js';
import {
  allRows,
  predictionOf,
  predictorsOf,
  rates,
  rowsOfChampion,
  type Predictor,
  type RowProportion,
} from '../quality/rates.js';
import { changeOf, distanceFrom, measuredIfBounded, whyNotAgainstPrivileged } from './compared.js';
import type { GroupStatistic } from './group-statistics.js';

/** How many rows of each side are not in the privileged group, by what they are predicted. */
const sharesOf = (
  { groups, privileged }: ProtectedProfile,
  predictor: Predictor,
): { readonly refused: RowProportion; readonly selected: RowProportion } => {
  const share = (predicted: boolean): RowProportion =>
    othersAmong(groups, privileged, (cell) => predictionOf(cell, predictor) === predicted);
  return { refused: share(false), selected: share(true) };
};

/** The rows of a kind, effective ones when they are weighted, and how many of them aren't in the privileged group. */
const othersAmong = (
  groups: ProtectedProfile['groups'],
  privileged: string | null,
  kind: (cell: Cell) => boolean,
): RowProportion => {
  const cellsIn = (some: ProtectedProfile['groups']): Cell[] =>
    some.flatMap(({ cells }) => cells).filter(kind);
  const others = tallyOf(cellsIn(groups.filter(({ group }) => group !== privileged)));
  const all = tallyOf(cellsIn(groups));
  const scale = effectiveScale(all);
  return { successes: others.weight * scale, trials: all.weight * scale, rows: all.rows };
};

/**
 * DD = share of the other groups among refused rows − their share among selected rows, two independent proportions with
 * Newcombe's interval. 0 means that either has the same composition, above 0 that the others are refused more often.
 */
const disparityOf = (column: ProtectedProfile, predictor: Predictor, level: number): Estimate => {
  const { refused, selected } = sharesOf(column, predictor);
  return { ...newcombe(refused, selected, { level }), n: refused.rows + selected.rows };
};

const denominatorsOf = (
  column: ProtectedProfile,
  predictor: Predictor,
  group: string | null,
): Omit<Shortfall, 'need'>[] => {
  const { refused, selected } = sharesOf(column, predictor);
  return [
    { have: refused.rows, rows: rates.false_omission_rate.rows },
    { have: selected.rows, rows: rates.precision.rows },
  ].map(({ have, rows }) => ({
    group,
    have,
    rows: predictor === 'champion' ? rowsOfChampion(rows) : rows,
  }));
};

export const demographicDisparity: GroupStatistic = {
  denominators: ({ column, predictor }) => denominatorsOf(column, predictor, null),
  estimate: ({ column, predictor, level }) => disparityOf(column, predictor, level),
};

/** (n(u) − n(p)) / n = 2 n(u)/n − 1, with Wilson's limits of the share n(u)/n. */
export const classImbalance: GroupStatistic = {
  denominators: ({ column }) => [{ group: null, have: othersOf(column).rows, rows: allRows }],
  estimate: ({ column, level }) => {
    const others = othersOf(column);
    const { interval } = wilson(others, { level });
    const { successes, trials, rows } = others;
    return {
      estimate: (2 * successes - trials) / trials,
      interval: { ...interval, lower: 2 * interval.lower - 1, upper: 2 * interval.upper - 1 },
      n: rows,
    };
  },
};

const othersOf = ({ groups, privileged }: ProtectedProfile): RowProportion =>
  othersAmong(groups, privileged, () => true);

/**
 * Conditional demographic disparity: Σ n_k DD_k / n over the values k of a control column, so that what the column
 * explains is taken out. Strata are independent, and their shares of rows taken as given: their intervals combine as in
 * `linearCombination`. It is undefined when a stratum has no selected or no refused row. n is all rows.
 *
 * AIF360's function of that name sums over the groups themselves and conditions on nothing: with two groups it is
 * class_imbalance × demographic_disparity.
 *
 * Source: S. Wachter, B. Mittelstadt and C. Russell, Why fairness cannot be automated, Computer Law & Security Review 41
 * (2021).
 */
export const conditionalDisparityMeasure = (
  request: MeasureRequest,
  strata: readonly ProtectedProfile[],
): Measure => {
  const tallies = strata.map(({ groups }) => tallyOf(groups.flatMap(({ cells }) => cells)));
  const n = tallies.reduce((sum, { rows }) => sum + rows, 0);
  const weight = tallies.reduce((sum, tally) => sum + tally.weight, 0);
  const incomparable = whyIncomparable(strata);
  if (incomparable !== null) return withoutValue(request, 'undefined', n, incomparable);
  const lack = lacking(request, n, conditionalDisparityShortfalls(request, strata));
  if (lack) return lack;
  const ofPredictor = (predictor: Predictor): Estimate =>
    linearCombination(
      strata.map((stratum, index) => ({
        weight: (tallies[index] as Tally).weight / weight,
        estimate: disparityOf(stratum, predictor, levelOf(request)),
      })),
    );
  const [first, second] = predictorsOf(request.of).map(ofPredictor);
  if (!first) throw new TypeError('A figure is of somebody.');
  const figure = second ? changeOf(distanceFrom(0, first), distanceFrom(0, second)) : first;
  return measuredIfBounded(request, { ...figure, n });
};

/** The strata in which too few rows are selected or refused. */
export const conditionalDisparityShortfalls = (
  { of, minimumRows: need = minimumRows }: Pick<MeasureRequest, 'of' | 'minimumRows'>,
  strata: readonly ProtectedProfile[],
): Shortfall[] =>
  strata.flatMap((stratum) =>
    predictorsOf(of)
      .flatMap((predictor) =>
        denominatorsOf(
          stratum,
          predictor,
          stratum.within && `${stratum.within.column} = ${stratum.within.value}`,
        ),
      )
      .map((denominator) => ({ ...denominator, need }))
      .filter(({ have }) => have < need),
  );

const whyIncomparable = (strata: readonly ProtectedProfile[]): string | null => {
  const [first] = strata;
  if (!first) return 'no row has a value of the control column';
  const groups = strata.flatMap((stratum) => stratum.groups);
  const against = whyNotAgainstPrivileged({ ...first, groups });
  if (against !== null) return against;
  return groups.every(({ group }) => group === first.privileged)
    ? 'there is one group only, and nothing to compare'
    : null;
};
