import { gainShares, scoreBins, scoreSums } from '@sluice/evaluation/scores';
import type { PanelSlices } from '../assembly/panel-slices.js';
import { addMoments, type SliceSums } from '../assembly/profile-sums.js';
import type { RankSums } from '../assembly/ranking.js';
import type { Units } from '../sql/scored-relation.js';
import { exactSum } from './exact-sums.js';
import { cellSum, sumsPerCell } from './score-charges.js';
import type { WalkResult } from './score-walk.js';
import { sliceSum, sumsPerSlice } from './slice-ranks.js';

/** A table whose cells are counted: its slices are known, and how many rows they have. */
export interface CountedTable {
  readonly units: Units;
  readonly panels: readonly PanelSlices[];
  /** By slice. */
  readonly sums: readonly SliceSums[];
}

/** What a walk over some of the rows found, and the combinations of codes that it met, by panel. */
export interface Walked {
  readonly result: WalkResult;
  readonly combinations: readonly (readonly (readonly number[])[])[];
}

/** Adds ranks, histograms and losses from walks, which come from the lowest scores to the highest. */
export const addWalks = (
  { panels, sums, units }: CountedTable,
  of: 'version' | 'champion',
  walks: readonly Walked[],
): void => {
  sums.forEach((slice, index) => {
    slice.ranks[of] = ranksOf(
      walks.map(({ result }) => result),
      index,
      units,
    );
  });
  for (const { result, combinations } of walks)
    panels.forEach((panel, index) => {
      const own = result.panels[index] as WalkResult['panels'][number];
      combinations[index]?.forEach((codes, combination) => {
        const slices = panel.of(codes).map((slice) => sums[slice] as SliceSums);
        for (const label of [0, 1] as const)
          addCell(own, 2 * combination + label, label, slices, of, units);
      });
    });
};

const addCell = (
  { sums, bins }: WalkResult['panels'][number],
  cell: number,
  label: 0 | 1,
  slices: readonly SliceSums[],
  of: 'version' | 'champion',
  units: Units,
): void => {
  const sum = (at: number): bigint => exactSum([sums], cell * sumsPerCell + at);
  const losses = {
    log: { sum: sum(cellSum.log), squares: sum(cellSum.logSquares) },
    brier: { sum: sum(cellSum.brier), squares: sum(cellSum.brierSquares) },
  };
  const scores = Array.from({ length: scoreSums }, (_, at) => sum(cellSum.scores + at));
  const moments = {
    sum: scores.reduce((total, value) => total + value, 0n),
    squares: sum(cellSum.scoreSquares),
  };
  for (const slice of slices) {
    slice.addLosses(of, losses);
    const { mass, scores: known, byLabel } = slice.histogram(of, units);
    addMoments(byLabel[label], moments);
    for (let bin = 0; bin < scoreBins; bin += 1) {
      const at = label * scoreBins + bin;
      mass[at] = (mass[at] as number) + (bins[cell * scoreBins + bin] as number);
    }
    scores.forEach((value, at) => {
      known[at] = (known[at] as bigint) + value;
    });
  }
};

const ranksOf = (results: readonly WalkResult[], slice: number, units: Units): RankSums => {
  const exact = results.map((result) => result.slices);
  const sum = (at: number): bigint => exactSum(exact, slice * sumsPerSlice + at);
  const positives = { sum: sum(sliceSum.p1), squares: sum(sliceSum.p2) };
  // The later result has the higher scores, which win among equals.
  const farthest = results.reduce<RankSums['farthest']>((best, { distance, distanceAt }) => {
    const statistic = distance[slice] as number;
    return statistic >= 0 && statistic >= (best?.statistic ?? 0)
      ? { statistic, score: distanceAt[slice] as number }
      : best;
  }, null);
  const gains = gainShares.map(
    (_, share) =>
      results
        .map((result) => result.gains[slice * gainShares.length + share] as number)
        .find((gain) => !Number.isNaN(gain)) ?? NaN,
  );
  return {
    positives,
    negatives: { sum: sum(sliceSum.n1), squares: sum(sliceSum.n2) },
    wins: units.weight === null ? positives.sum : sum(sliceSum.wins),
    precision: sum(sliceSum.precision),
    farthest,
    gains: gains.some(Number.isNaN) ? null : gains,
  };
};
