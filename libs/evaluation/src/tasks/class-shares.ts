import { newcombePaired, wilson, type Estimate, type PairedCounts } from '@sluice/statistics';
import type { Measure } from '@sluice/contracts';
import { minimumRows } from '../measure.js';
import { massOf, predictedBy, weighed, type ClassPredictor } from './class-confusion.js';
import { rowsWord, type ClassFigure } from './class-figure.js';
import type { ClassCell } from './multiclass-slice.js';
import { effectiveRows } from './weighed-mean.js';

type Counted = Pick<ClassCell, 'count' | 'weight'>;

/** Whether the rows of a cell succeed, by a predictor. */
export type Succeeds<Cell> = (cell: Cell, predictor: ClassPredictor) => boolean;

/** Rows that are predicted right; or wrong. */
export const isRight =
  (right: boolean): Succeeds<ClassCell> =>
  (cell, predictor) =>
    (cell.label === predictedBy(cell, predictor)) === right;

/** A share of all rows, with Wilson's interval; of version − champion, with Newcombe's of pairs. */
export const shareFigure = <Cell extends Counted>(
  cells: readonly Cell[],
  of: Measure['of'],
  succeeds: Succeeds<Cell>,
): ClassFigure => {
  const rows = weighed(cells);
  return {
    n: rows.count,
    denominators: [{ have: rows.count, need: minimumRows, rows: rowsWord }],
    estimate: (level) =>
      of === 'difference'
        ? newcombePaired(pairsOf(cells, succeeds), { level })
        : shareOf(cells, (cell) => succeeds(cell, of), level),
  };
};

const shareOf = <Cell extends Counted>(
  cells: readonly Cell[],
  succeeds: (cell: Cell) => boolean,
  level: number,
): Estimate => {
  const rows = weighed(cells);
  const successes = cells.filter(succeeds).reduce((sum, cell) => sum + massOf(cell), 0);
  const trials = effectiveRows(rows);
  return {
    ...wilson({ successes: trials * Math.min(1, successes / rows.weight.sum), trials }, { level }),
    // The quotient itself, without the detour over effective rows.
    estimate: successes / rows.weight.sum,
  };
};

/** Rows by whether the version and the champion succeed; of weighted rows, their effective number. */
const pairsOf = <Cell extends Counted>(
  cells: readonly Cell[],
  succeeds: Succeeds<Cell>,
): PairedCounts => {
  const rows = weighed(cells);
  const scale = effectiveRows(rows) / rows.weight.sum;
  const sum = (version: boolean, champion: boolean): number =>
    scale *
    cells
      .filter(
        (cell) => succeeds(cell, 'version') === version && succeeds(cell, 'champion') === champion,
      )
      .reduce((total, cell) => total + massOf(cell), 0);
  return {
    both: sum(true, true),
    firstOnly: sum(true, false),
    secondOnly: sum(false, true),
    neither: sum(false, false),
  };
};
