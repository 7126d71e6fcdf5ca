import type { SliceSums } from '../assembly/profile-sums.js';
import { differenceSum, sumsPerDifference } from './difference-charges.js';
import { exactSum, type ExactParts } from './exact-sums.js';
import type { PairCountedPanel, PairCounts } from './pair-plan.js';
import { pairSum, type PairSums } from './pair-products.js';
import { markings } from './row-buffer.js';
import type { CountedTable } from './walk-results.js';
import type { CountedPanel } from './taken-rows.js';

/** What version and champion have in common, from all walks. */
export interface PairResults {
  /** The combinations of codes of a panel, by their numbers. */
  readonly combinations: readonly (readonly (readonly number[])[])[];
  /** By walk and panel, see `differenceSum`. */
  readonly differences: readonly (readonly ExactParts[])[];
  readonly products: readonly PairSums[];
}

/** Adds products of components. */
export const addProducts = (
  { sums }: Pick<CountedTable, 'sums'>,
  products: readonly PairSums[],
): void =>
  sums.forEach(({ both }, slice) => {
    both.negatives = pairSum(products, 2 * slice);
    both.positives = pairSum(products, 2 * slice + 1);
  });

/** Adds differences of losses and products of components. */
export const addPairs = (
  table: CountedTable,
  { combinations, differences, products }: PairResults,
): void => {
  addProducts(table, products);
  const { panels, sums } = table;
  panels.forEach((panel, index) => {
    const parts = differences.map((own) => own[index] as ExactParts);
    combinations[index]?.forEach((codes, combination) => {
      for (const cell of [2 * combination, 2 * combination + 1]) {
        const sum = (at: number): bigint => exactSum(parts, cell * sumsPerDifference + at);
        const losses = {
          log: { sum: sum(differenceSum.log), squares: sum(differenceSum.logSquares) },
          brier: { sum: sum(differenceSum.brier), squares: sum(differenceSum.brierSquares) },
        };
        for (const slice of panel.of(codes))
          (sums[slice] as SliceSums).addLosses('difference', losses);
      }
    });
  });
};

/** A thread's counts of rows without the parts of their scores. */
export const countedOf = ({ panels }: PairCounts): CountedPanel[] =>
  panels.map(({ keys, counts }) => {
    const taken = new Float64Array(keys.length * markings);
    eachCount({ keys, counts }, (key, _parts, mark, mass) => {
      const at = key * markings + mark;
      taken[at] = (taken[at] as number) + mass;
    });
    return { keys, numbers: [...keys.keys()], counts: taken, parts: 1 };
  });

/** Each count of a panel: the position of its combination, the parts of both scores as one number, marks, Σ w. */
export const eachCount = (
  { keys, counts }: PairCountedPanel,
  tell: (key: number, parts: number, mark: number, mass: number) => void,
): void => {
  const parts = counts.length / (keys.length * markings);
  counts.forEach((mass, at) => {
    const cell = Math.floor(at / markings);
    tell(Math.floor(cell / parts), cell % parts, at % markings, mass);
  });
};
