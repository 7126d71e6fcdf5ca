import { scoreBin, scoreBins, scoreSums } from '@sluice/evaluation/scores';
import { lossExponent, scoreExponent } from '../sql/scored-relation.js';
import { ExactSums } from './exact-sums.js';
import type { KernelMemory } from './kernels.js';
import type { SortableRows } from './sort-rows.js';
import { roundsTo, whole } from './whole-numbers.js';

/** Of each combination of codes and label in a panel: losses, squares of scores, then scores by twentieth. */
export const cellSum = {
  log: 0,
  logSquares: 1,
  brier: 2,
  brierSquares: 3,
  scoreSquares: 4,
  scores: 5,
} as const;
export const sumsPerCell = cellSum.scores + scoreSums;

const smallest = 2 ** -52;
const perLoss = 2 ** lossExponent;
const perScore = 2 ** scoreExponent;

/*
 * Whole numbers of up to 63 bits are added up in two parts, a multiple of 2^30 and the rest. Sums of either are exact
 * in plain numbers of 64 bits for 2^20 rows: 2^83 in multiples of 2^30, and 2^49. After these they are carried over.
 */
const coarse = roundsTo(30);
/** A rest is rounded to a whole number, ties to even: with a multiple of 2^30 that rounds the number itself. */
const fine = roundsTo(0);
/** A label's losses, while rows of one score are charged: four numbers in two parts each. */
const lossParts = 8;
const rowsPerCarry = 2 ** 20;

/**
 * Histograms and losses of a panel's cells, as `histogramSql` and `lossesSql` define them. Each row is charged to its
 * cell alone, however many slices it belongs to.
 */
export class ScoreCharges {
  readonly sums: ExactSums;
  /** Σ w by cell, then bin. */
  readonly bins: Float64Array;
  /** By cell and sum: the coarse part, then the rest. */
  private readonly parts: Float64Array;
  private readonly charges: number;
  private pending = 0;

  /** @param cells two for each combination of codes: one for each label */
  constructor(
    private readonly memory: KernelMemory,
    cells: number,
  ) {
    this.sums = new ExactSums(cells * sumsPerCell);
    this.bins = memory.float64(cells * scoreBins);
    this.parts = memory.float64(2 * cells * sumsPerCell);
    this.charges = memory.struct(
      [perLoss, perScore, coarse, fine, smallest],
      [
        this.bins.byteOffset,
        scoreBins,
        this.parts.byteOffset,
        sumsPerCell,
        memory.uint8(sumOfBin).byteOffset,
        memory.float64(2 * lossParts).byteOffset,
      ],
    );
  }

  /** Charges sorted rows. */
  over({ scores, masses }: SortableRows, cells: Uint32Array, from: number, to: number): void {
    if (masses !== null) return this.overWeighted(scores, masses, cells, from, to);
    const { kernels } = this.memory;
    for (let start = from; start < to;) {
      const end = Math.min(to, start + rowsPerCarry - this.pending);
      kernels.charge(this.charges, scores.byteOffset, cells.byteOffset, start, end);
      this.pending += end - start;
      if (this.pending === rowsPerCarry) this.carry();
      start = end;
    }
  }

  /** Ends the sums. */
  carry(): void {
    const { parts, sums } = this;
    for (let at = 0; at < parts.length; at += 2) {
      sums.add(at >> 1, parts[at] as number);
      sums.add(at >> 1, parts[at + 1] as number);
    }
    parts.fill(0);
    this.pending = 0;
  }

  /** Each row counts as much as it weighs. */
  private overWeighted(
    scores: Float64Array,
    masses: Float64Array,
    cells: Uint32Array,
    from: number,
    to: number,
  ): void {
    const { bins, sums } = this;
    let score = NaN;
    let bin = 0;
    let unfavorable = noLosses;
    let favorable = noLosses;
    for (let row = from; row < to; row += 1) {
      if (scores[row] !== score) {
        score = scores[row] as number;
        bin = scoreBin(score);
        unfavorable = lossesOf(1 - score);
        favorable = lossesOf(score);
      }
      const cell = cells[row] as number;
      const mass = masses[row] as number;
      const at = cell * scoreBins + bin;
      bins[at] = (bins[at] as number) + mass;
      const losses = (cell & 1) === 1 ? favorable : unfavorable;
      const first = cell * sumsPerCell;
      const twentieth = sumOfBin[bin] as number;
      sums.addProduct(first + cellSum.log, mass, losses.log);
      sums.addProduct(first + cellSum.logSquares, mass, losses.logSquares);
      sums.addProduct(first + cellSum.brier, mass, losses.brier);
      sums.addProduct(first + cellSum.brierSquares, mass, losses.brierSquares);
      sums.addProduct(first + cellSum.scoreSquares, mass, whole(score * score * perScore));
      sums.addProduct(first + twentieth, mass, whole(score * perScore));
    }
  }
}

/** By bin, the sum of a cell that its scores belong to. */
const sumOfBin = Uint8Array.from(
  { length: scoreBins },
  (_, bin) => cellSum.scores + Math.floor((bin * scoreSums) / scoreBins),
);

/** The losses of a score that gives some probability to the label, in units of 2^−52. */
const lossesOf = (given: number) => {
  const log = -Math.log(Math.min(1 - smallest, Math.max(smallest, given)));
  const brier = (1 - given) * (1 - given);
  return {
    log: whole(log * perLoss),
    logSquares: whole(log * log * perLoss),
    brier: whole(brier * perLoss),
    brierSquares: whole(brier * brier * perLoss),
  };
};

const noLosses = { log: 0, logSquares: 0, brier: 0, brierSquares: 0 };
