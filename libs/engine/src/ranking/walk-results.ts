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
  table: CountedTable,
  of: 'version' | 'champion',
  walks: readonly Walked[],
): void => {
  addRanks(table, of, walks);
  eachCell(table, walks, ({ sum, slices }) => {
    const losses = {
      log: { sum: sum(cellSum.log), squares: sum(cellSum.logSquares) },
      brier: { sum: sum(cellSum.brier), squares: sum(cellSum.brierSquares) },
    };
    for (const slice of slices) slice.addLosses(of, losses);
  });
};

/** Adds ranks and histograms alone. */
export const addRanks = (
  table: CountedTable,
  of: 'version' | 'champion',
  walks: readonly Walked[],
): void => {
  const { sums, units } = table;
  sums.forEach((slice, index) => {
    slice.ranks[of] = ranksOf(
      walks.map(({ result }) => result),
      index,
      units,
    );
  });
  eachCell(table, walks, (cell) => addHistogram(cell, of, units));
};

/** What a walk found of the rows with a combination of codes and a label. */
interface WalkedCell {
  readonly label: 0 | 1;
  readonly slices: readonly SliceSums[];
  /** See `cellSum`. */
  readonly sum: (at: number) => bigint;
  /** Σ w of a bin. */
  readonly mass: (bin: number) => number;
}

const eachCell = (
  { panels, sums }: CountedTable,
  walks: readonly Walked[],
  tell: (cell: WalkedCell) => void,
): void => {
  for (const { result, combinations } of walks)
    panels.forEach((panel, index) => {
      const own = result.panels[index] as WalkResult['panels'][number];
      combinations[index]?.forEach((codes, combination) => {
        const slices = panel.of(codes).map((slice) => sums[slice] as SliceSums);
        for (const label of [0, 1] as const) {
          const cell = 2 * combination + label;
          tell({
            label,
            slices,
            sum: (at) => exactSum([own.sums], cell * sumsPerCell + at),
            mass: (bin) => own.bins[cell * scoreBins + bin] as number,
          });
        }
      });
    });
};

const addHistogram = (
  { label, slices, sum, mass }: WalkedCell,
  of: 'version' | 'champion',
  units: Units,
): void => {
  const scores = Array.from({ length: scoreSums }, (_, at) => sum(cellSum.scores + at));
  const moments = {
    sum: scores.reduce((total, value) => total + value, 0n),
    squares: sum(cellSum.scoreSquares),
  };
  for (const slice of slices) {
    const { mass: masses, scores: known, byLabel } = slice.histogram(of, units);
    addMoments(byLabel[label], moments);
    for (let bin = 0; bin < scoreBins; bin += 1) {
      const at = label * scoreBins + bin;
      masses[at] = (masses[at] as number) + mass(bin);
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
