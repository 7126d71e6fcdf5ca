import type { ClassSizes } from '@sluice/statistics';
import type { Cell, Moments, RankingProfile } from '../profile.js';

/** Rows of some cells, with Σ w and Σ w² of their weights. */
export interface Tally {
  readonly rows: number;
  readonly weight: number;
  readonly squares: number;
}

export const emptyTally: Tally = { rows: 0, weight: 0, squares: 0 };

/** The weights of a cell's rows; of 1 each when the policy names none. */
export const weightOf = ({ count, weight }: Cell): Moments =>
  weight ?? { sum: count, squares: count };

/** The rows of a cell, none when they weigh nothing: they tell nothing then. */
export const rowsOf = (cell: Cell): number => (weightOf(cell).sum > 0 ? cell.count : 0);

export const isWeighted = (cells: readonly Cell[]): boolean =>
  cells.some(({ weight }) => weight !== undefined);

export const addCell = ({ rows, weight, squares }: Tally, cell: Cell): Tally => {
  const own = weightOf(cell);
  return {
    rows: rows + rowsOf(cell),
    weight: weight + own.sum,
    squares: squares + own.squares,
  };
};

export const tallyOf = (cells: readonly Cell[]): Tally => cells.reduce(addCell, emptyTally);

/**
 * How many rows without weights tell as much as these with weights: n_eff = (Σ w)² / Σ w², the number itself when all
 * weigh the same, whatever that is, and 1 when one weighs all. 0 without weight.
 *
 * The one place where weights become counts: with the weights of its denominator's rows multiplied by Σ w / Σ w²
 * (`effectiveScale`), a proportion keeps its value, has n_eff trials, and every interval of unweighted rows fits it. Exact
 * for rows whose weights don't depend on whether they succeed, and close otherwise.
 *
 * Source: L. Kish, Survey Sampling (1965), section 11.7.
 */
export const effectiveRows = (tally: Tally): number => tally.weight * effectiveScale(tally);

/** What a weight of 1 counts as among effective rows: exactly 1 without weights. */
export const effectiveScale = ({ weight, squares }: Omit<Tally, 'rows'>): number =>
  squares === 0 ? 0 : weight / squares;

/** The rows of each class, effective ones when they are weighted. */
export const effectiveClasses = ({
  positives,
  negatives,
  weights,
}: Pick<RankingProfile, 'positives' | 'negatives' | 'weights'>): ClassSizes =>
  weights === undefined
    ? { positives, negatives }
    : {
        positives: weights.positives.sum * effectiveScale(ofMoments(weights.positives)),
        negatives: weights.negatives.sum * effectiveScale(ofMoments(weights.negatives)),
      };

const ofMoments = ({ sum, squares }: Moments): Omit<Tally, 'rows'> => ({ weight: sum, squares });
