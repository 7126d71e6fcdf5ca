import {
  histogramOfCounts,
  scoreBins,
  type BinarySlice,
  type Cell,
  type Losses,
  type LossProfile,
  type Moments,
  type BinaryProfile,
  type ScoreHistogram,
} from '@sluice/evaluation';
import { lossExponent, scoreExponent, type Units } from '../sql/scored-relation.js';
import { inUnits } from './exact-ratio.js';
import type { Slices } from './layout.js';
import { runsOf } from './runs.js';
import type { CellSums, ExactMoments, HistogramSums, LossSums, SliceSums } from './profile-sums.js';
import { rankingOf, weightMoments } from './ranking.js';

/** The profile of all sums, by slice, whichever engine took them. */
export const assembleProfile = (
  rows: number,
  slices: Slices,
  sums: readonly SliceSums[],
  units: Units,
): BinaryProfile => {
  const slice = (index: number): BinarySlice => sliceOf(sums[index] as SliceSums, units);
  return {
    task: 'binary-classification',
    rows,
    overall: slice(0),
    byColumn: slices.groupings.map(({ groups, overall, ...about }) => ({
      ...about,
      ...(overall !== null && { overall: slice(overall) }),
      groups: groups.map(({ group, slice: index }) => ({ group, ...slice(index) })),
    })),
  };
};

const sliceOf = (sums: SliceSums, units: Units): BinarySlice => {
  const { version, champion } = sums.histograms;
  const { ranks } = sums;
  return {
    cells: [...sums.cells.entries()]
      .toSorted(([a], [b]) => a - b)
      .map(([, cell]) => cellOf(cell, units)),
    ranking:
      ranks.version &&
      rankingOf(
        {
          positives: sums.classMass(true, units),
          negatives: sums.classMass(false, units),
          version: ranks.version,
          champion: ranks.champion,
          both: ranks.champion && sums.both,
        },
        units,
      ),
    scores: version && {
      version: histogramOf(version, units),
      champion: champion && histogramOf(champion, units),
      ...runsOf(sums, units),
    },
    losses: lossProfileOf(sums, units),
  };
};

const cellOf = (
  { label, prediction, champion, rows, weight, amount }: CellSums,
  units: Units,
): Cell => ({
  label,
  prediction,
  champion,
  count: rows,
  ...(units.weight !== null && { weight: weightMoments(weight, units.weight) }),
  ...(units.amount !== null && {
    amount: {
      sum: inUnits(amount.sum, units.amount.plain + (units.weight ?? 0)),
      squares: inUnits(amount.squares, units.amount.squared + (units.weight ?? 0)),
    },
  }),
});

const histogramOf = (
  { mass, scores, byLabel, amounts }: HistogramSums,
  units: Units,
): ScoreHistogram => {
  const weight = units.weight ?? 0;
  const masses = mass.map((value) => value * 2 ** -weight);
  const moments = ({ sum, squares }: ExactMoments): Moments => ({
    sum: inUnits(sum, scoreExponent + weight),
    squares: inUnits(squares, scoreExponent + weight),
  });
  const counts = {
    ...histogramOfCounts({
      negatives: masses.subarray(0, scoreBins),
      positives: masses.subarray(scoreBins),
      sums: scores.map((sum) => inUnits(sum, scoreExponent + weight)),
    }),
    byLabel: { positives: moments(byLabel[1]), negatives: moments(byLabel[0]) },
  };
  if (amounts === null || units.amount === null) return counts;
  const exponent = units.amount.plain + weight;
  const at = (bin: number): number => inUnits(amounts[bin] as bigint, exponent);
  return {
    ...counts,
    amounts: {
      positives: counts.bins.map((bin) => at(scoreBins + bin)),
      negatives: counts.bins.map(at),
    },
  };
};

const lossProfileOf = ({ losses }: SliceSums, units: Units): LossProfile | null => {
  const { version, champion, difference } = losses;
  return version === undefined
    ? null
    : {
        version: lossesOf(version, units),
        champion: champion === undefined ? null : lossesOf(champion, units),
        difference: difference === undefined ? null : lossesOf(difference, units),
      };
};

const lossesOf = ({ log, brier }: LossSums, units: Units): Losses => {
  const exponent = lossExponent + (units.weight ?? 0);
  const moments = ({ sum, squares }: ExactMoments): Moments => ({
    sum: inUnits(sum, exponent),
    squares: inUnits(squares, exponent),
  });
  return { log: moments(log), brier: moments(brier) };
};
