import { scoreBins, scoreSums } from '@sluice/evaluation';
import type { LossKind } from '../sql/losses-sql.js';
import type { RunSum } from '../sql/run-sums.js';
import type { Units } from '../sql/scored-relation.js';
import type { ClassMass, RankSums } from './ranking.js';

/** Σ and Σ of squares in units of their own. */
export interface ExactMoments {
  sum: bigint;
  squares: bigint;
}

/** Rows that agree on label and predictions. */
export interface CellSums {
  readonly label: boolean;
  readonly prediction: boolean;
  readonly champion: boolean | null;
  rows: number;
  readonly weight: ExactMoments;
  readonly amount: ExactMoments;
}

/** Counts by label and bin, Σ w·s by twentieth, Σ w·s and Σ w·s² by label, Σ w·a by label and bin. Labels come one after the other: 0, then 1. */
export interface HistogramSums {
  readonly mass: Float64Array;
  readonly scores: bigint[];
  readonly byLabel: readonly [ExactMoments, ExactMoments];
  readonly amounts: bigint[] | null;
}

export type LossSums = Readonly<Record<'log' | 'brier', ExactMoments>>;

interface Runs {
  version: readonly RunSum[] | null;
  champion: readonly RunSum[] | null;
  pairs: PairSum[] | null;
}

/** Σ w of the rows that version and champion score so, in units of weight. */
export interface PairSum {
  readonly first: number;
  readonly second: number;
  readonly positives: number;
  readonly negatives: number;
}

/** All sums of one slice of a profile. Exact, whole numbers, so that they may be added in any order. */
export class SliceSums {
  readonly cells = new Map<number, CellSums>();
  readonly histograms: { version: HistogramSums | null; champion: HistogramSums | null } = {
    version: null,
    champion: null,
  };
  readonly losses: Partial<Record<LossKind, LossSums>> = {};
  readonly ranks: { version: RankSums | null; champion: RankSums | null } = {
    version: null,
    champion: null,
  };
  readonly both = { positives: 0n, negatives: 0n };
  /** Scores by run, and pairs of scores, of a profile that is to be merged. */
  readonly runs: Runs = { version: null, champion: null, pairs: null };

  addCell(cell: CellSums): void {
    const key =
      Number(cell.label) * 4 + Number(cell.prediction) * 2 + Number(cell.champion ?? false);
    const known = this.cells.get(key);
    if (known === undefined) {
      this.cells.set(key, {
        ...cell,
        weight: { ...cell.weight },
        amount: { ...cell.amount },
      });
      return;
    }
    known.rows += cell.rows;
    addMoments(known.weight, cell.weight);
    addMoments(known.amount, cell.amount);
  }

  histogram(of: 'version' | 'champion', units: Units): HistogramSums {
    return (this.histograms[of] ??= {
      mass: new Float64Array(2 * scoreBins),
      scores: new Array<bigint>(scoreSums).fill(0n),
      byLabel: [
        { sum: 0n, squares: 0n },
        { sum: 0n, squares: 0n },
      ],
      amounts: units.amount && new Array<bigint>(2 * scoreBins).fill(0n),
    });
  }

  addLosses(kind: LossKind, losses: LossSums): void {
    const known = (this.losses[kind] ??= {
      log: { sum: 0n, squares: 0n },
      brier: { sum: 0n, squares: 0n },
    });
    addMoments(known.log, losses.log);
    addMoments(known.brier, losses.brier);
  }

  /** The rows of a class, from its cells. */
  classMass(label: boolean, units: Units): ClassMass {
    const cells = [...this.cells.values()].filter((cell) => cell.label === label);
    const rows = cells.reduce((sum, cell) => sum + cell.rows, 0);
    if (units.weight === null) return { rows, sum: BigInt(rows), squares: BigInt(rows) };
    return {
      rows,
      sum: cells.reduce((sum, { weight }) => sum + weight.sum, 0n),
      squares: cells.reduce((sum, { weight }) => sum + weight.squares, 0n),
    };
  }
}

export const addMoments = (known: ExactMoments, more: ExactMoments): void => {
  known.sum += more.sum;
  known.squares += more.squares;
};
