import type { Measure } from '@sluice/contracts';
import {
  normBootstrap,
  resampleCounts,
  seededRandom,
  type Estimate,
  type Resamples,
} from '@sluice/statistics';
import type { Cell, ProtectedProfile } from '../profile.js';
import { entropyOf } from '../quality/confusion-metrics.js';
import { allRows, predictionOf, type Predictor } from '../quality/rates.js';
import {
  effectiveRows,
  effectiveScale,
  isWeighted,
  rowsOf,
  tallyOf,
  weightOf,
} from '../quality/tally.js';
import { sidesOf } from './compared.js';
import type { GroupStatistic, StatisticRequest } from './group-statistics.js';

/**
 * Inequality between groups: a generalized entropy index when every row gets the mean benefit of its group,
 * b(g) = 1 + (FP − FN)/n in g.
 *
 * With x = b(g)/μ and π the share of rows, the index is Σ π φ(x), a sum of squares of v(g) = ±√(π φ(x)), signed as
 * x − 1. v is 0 when groups get the same, and smooth there, so that the length of v, the root of the index, has the
 * interval of `normBootstrap` over resampled rows; squared it is the index's. A percentile bootstrap would leave 0 out.
 *
 * 0 means that groups get the same on average, whatever rows within them get.
 *
 * Source: T. Speicher et al., A unified approach to quantifying algorithmic unfairness, KDD (2018).
 */
const between = (
  request: StatisticRequest,
  look: Looked,
  alpha: number,
  ofLength: (length: number) => number,
): Estimate => {
  const { level } = request;
  const resamples = resamplesOf(request, look(request.column));
  const { estimate, interval } = normBootstrap(resamples, (drawn) => deviations(drawn, alpha), {
    level,
  });
  return {
    estimate: ofLength(estimate),
    interval: { ...interval, lower: ofLength(interval.lower), upper: ofLength(interval.upper) },
    n: tallyOf(request.column.groups.flatMap(({ cells }) => cells)).rows,
  };
};

/** The metrics of a column share its draws, which take far longer than what follows, as long as there is the column. */
const drawn = new WeakMap<ProtectedProfile, Map<string, Resamples>>();

const resamplesOf = (
  { column: whole, predictor, level }: StatisticRequest,
  column: ProtectedProfile,
): Resamples => {
  const cells = column.groups.flatMap((group) => group.cells);
  const tally = tallyOf(cells);
  // One scale for all groups, so that each keeps its share of the weight.
  const scale = effectiveScale(tally);
  const triples = column.groups
    .map((group) => ({
      rows: tripleOf(group.cells, predictor, rowsOf),
      effective: tripleOf(group.cells, predictor, (cell) => weightOf(cell).sum * scale),
    }))
    // In an order of their own, so that draws don't depend on what groups are called.
    .toSorted(({ rows: a }, { rows: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const rows = triples.flatMap((each) => each.rows);
  const effective = triples.flatMap((each) => each.effective);
  const replicates = Math.max(2000, Math.ceil(50 / (1 - level)));
  const known = drawn.get(whole) ?? new Map<string, Resamples>();
  drawn.set(whole, known);
  const key = JSON.stringify([replicates, rows, effective]);
  const resamples = known.get(key) ?? {
    // Rounding in the last digit would make other draws of weights in another unit.
    ...resampleCounts(
      effective.map((count) => Math.round(count * 1e6) / 1e6),
      {
        random: seededRandom(rows),
        smoothing: 2,
        replicates,
        ...(isWeighted(cells) && { rows: Math.max(1, Math.round(effectiveRows(tally))) }),
      },
    ),
    counts: effective,
  };
  known.set(key, resamples);
  return resamples;
};

type Triple = readonly [gains: number, losses: number, right: number];

/** False positives, false negatives and rows predicted right. */
const tripleOf = (
  cells: readonly Cell[],
  predictor: Predictor,
  counted: (cell: Cell) => number,
): Triple => {
  const sum = (kind: (cell: Cell) => boolean): number =>
    cells.filter(kind).reduce((total, cell) => total + counted(cell), 0);
  const predicted = (cell: Cell): boolean => predictionOf(cell, predictor);
  return [
    sum((cell) => predicted(cell) && !cell.label),
    sum((cell) => !predicted(cell) && cell.label),
    sum((cell) => predicted(cell) === cell.label),
  ];
};

/** v by group, from false positives, false negatives and rows predicted right of each in turn. */
const deviations = (counts: readonly number[], alpha: number): number[] => {
  // Thousands of resamples are looked at: plain loops, which leave nothing to collect.
  let [rows, benefits] = [0, 0];
  for (let at = 0; at < counts.length; at += 3) {
    const [gains, losses, right] = [counts[at], counts[at + 1], counts[at + 2]] as Triple;
    rows += gains + losses + right;
    benefits += right + 2 * gains;
  }
  const mean = benefits / rows;
  const signed: number[] = [];
  for (let at = 0; at < counts.length; at += 3) {
    const [gains, losses, right] = [counts[at], counts[at + 1], counts[at + 2]] as Triple;
    const own = gains + losses + right;
    const x = (right + 2 * gains) / own / mean;
    signed.push(
      own === 0 ? 0 : Math.sign(x - 1) * Math.sqrt(Math.max(0, (own / rows) * entropyOf(x, alpha))),
    );
  }
  return signed;
};

const square = (length: number): number => length * length;
const variation = (length: number): number => Math.SQRT2 * length;

type Looked = (column: ProtectedProfile) => ProtectedProfile;
const every: Looked = (column) => column;

const statistic = (
  look: Looked,
  alphaOf: (request: StatisticRequest) => number,
  ofLength: (length: number) => number,
): GroupStatistic => ({
  denominators: ({ column }) =>
    look(column).groups.map(({ group, cells }) => ({
      group,
      have: tallyOf(cells).rows,
      rows: allRows,
    })),
  whyUndefined: (request) => {
    const benefits = look(request.column).groups.map(({ group, cells }) => {
      const [gains, , right] = tripleOf(cells, request.predictor, rowsOf);
      return { group, benefit: right + 2 * gains };
    });
    if (benefits.every(({ benefit }) => benefit === 0))
      return 'every row is favorable and predicted unfavorable, so that the mean benefit is 0';
    const without = benefits.find(({ benefit }) => benefit === 0);
    return without && alphaOf(request) <= 0
      ? `every row of ${without.group} is favorable and predicted unfavorable, so that it gets nothing: at α of 0 or less that counts infinitely`
      : null;
  },
  estimate: (request) => between(request, look, alphaOf(request), ofLength),
});

const alphaAsked = ({ parameter }: StatisticRequest): number => parameter;

export const betweenGroups = {
  between_all_groups_generalized_entropy_index: statistic(every, alphaAsked, square),
  between_all_groups_theil_index: statistic(every, () => 1, square),
  between_all_groups_coefficient_of_variation: statistic(every, () => 2, variation),
  between_group_generalized_entropy_index: statistic(sidesOf, alphaAsked, square),
  between_group_theil_index: statistic(sidesOf, () => 1, square),
  between_group_coefficient_of_variation: statistic(sidesOf, () => 2, variation),
} as const satisfies Partial<Record<Measure['metric'], GroupStatistic>>;
