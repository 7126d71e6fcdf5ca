import { scoreBin, scoreBins, scoreSums } from '@sluice/evaluation/scores';
import { lossExponent, scoreExponent } from '../sql/scored-relation.js';
import { ExactSums } from './exact-sums.js';
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
/** Two labels' losses are kept while rows of one score are charged: four numbers in two parts each. */
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
  private readonly losses = new Float64Array(2 * lossParts);
  private pending = 0;

  /** @param cells two for each combination of codes: one for each label */
  constructor(cells: number) {
    this.sums = new ExactSums(cells * sumsPerCell);
    this.bins = new Float64Array(cells * scoreBins);
    this.parts = new Float64Array(2 * cells * sumsPerCell);
  }

  /** Charges sorted rows. */
  over({ scores, masses }: SortableRows, cells: Uint16Array, from: number, to: number): void {
    if (masses !== null) return this.overWeighted(scores, masses, cells, from, to);
    for (let start = from; start < to;) {
      const end = Math.min(to, start + rowsPerCarry - this.pending);
      this.overCounted(scores, cells, start, end);
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

  /** The same as `overWeighted` where each row counts 1; a large part of an evaluation's time is spent here. */
  private overCounted(scores: Float64Array, cells: Uint16Array, from: number, to: number): void {
    const { bins, parts, losses } = this;
    for (let start = from; start < to;) {
      const score = scores[start] as number;
      let end = start + 1;
      let ones = (cells[start] as number) & 1;
      for (; end < to && scores[end] === score; end += 1) ones += (cells[end] as number) & 1;
      if (ones < end - start) this.chargeOne(1 - score, 0);
      if (ones > 0) this.chargeOne(score, lossParts);
      const bin = binOf(score);
      const own = twentieths[bin] as number;
      const units = score * perScore;
      const unitsHigh = units + coarse - coarse;
      const unitsLow = units - unitsHigh + fine - fine;
      const squares = score * score * perScore;
      const squaresHigh = squares + coarse - coarse;
      const squaresLow = squares - squaresHigh + fine - fine;
      for (let row = start; row < end; row += 1) {
        const cell = cells[row] as number;
        const at = cell * scoreBins + bin;
        bins[at] = (bins[at] as number) + 1;
        const loss = (cell & 1) * lossParts;
        const first = cell * (2 * sumsPerCell);
        parts[first] = (parts[first] as number) + (losses[loss] as number);
        parts[first + 1] = (parts[first + 1] as number) + (losses[loss + 1] as number);
        parts[first + 2] = (parts[first + 2] as number) + (losses[loss + 2] as number);
        parts[first + 3] = (parts[first + 3] as number) + (losses[loss + 3] as number);
        parts[first + 4] = (parts[first + 4] as number) + (losses[loss + 4] as number);
        parts[first + 5] = (parts[first + 5] as number) + (losses[loss + 5] as number);
        parts[first + 6] = (parts[first + 6] as number) + (losses[loss + 6] as number);
        parts[first + 7] = (parts[first + 7] as number) + (losses[loss + 7] as number);
        parts[first + 8] = (parts[first + 8] as number) + squaresHigh;
        parts[first + 9] = (parts[first + 9] as number) + squaresLow;
        parts[first + own] = (parts[first + own] as number) + unitsHigh;
        parts[first + own + 1] = (parts[first + own + 1] as number) + unitsLow;
      }
      start = end;
    }
  }

  /** The losses of a score that gives some probability to a label, each in two parts. */
  private chargeOne(given: number, at: number): void {
    const { losses } = this;
    const log = -Math.log(Math.min(1 - smallest, Math.max(smallest, given)));
    const brier = (1 - given) * (1 - given);
    const logUnits = log * perLoss;
    const logHigh = logUnits + coarse - coarse;
    losses[at] = logHigh;
    losses[at + 1] = logUnits - logHigh + fine - fine;
    const logSquares = log * log * perLoss;
    const logSquaresHigh = logSquares + coarse - coarse;
    losses[at + 2] = logSquaresHigh;
    losses[at + 3] = logSquares - logSquaresHigh + fine - fine;
    const brierUnits = brier * perLoss;
    const brierHigh = brierUnits + coarse - coarse;
    losses[at + 4] = brierHigh;
    losses[at + 5] = brierUnits - brierHigh + fine - fine;
    const brierSquares = brier * brier * perLoss;
    const brierSquaresHigh = brierSquares + coarse - coarse;
    losses[at + 6] = brierSquaresHigh;
    losses[at + 7] = brierSquares - brierSquaresHigh + fine - fine;
  }

  private overWeighted(
    scores: Float64Array,
    masses: Float64Array,
    cells: Uint16Array,
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
      const twentieth = cellSum.scores + Math.floor((bin * scoreSums) / scoreBins);
      sums.addProduct(first + cellSum.log, mass, losses.log);
      sums.addProduct(first + cellSum.logSquares, mass, losses.logSquares);
      sums.addProduct(first + cellSum.brier, mass, losses.brier);
      sums.addProduct(first + cellSum.brierSquares, mass, losses.brierSquares);
      sums.addProduct(first + cellSum.scoreSquares, mass, whole(score * score * perScore));
      sums.addProduct(first + twentieth, mass, whole(score * perScore));
    }
  }
}

/** Where sums of scores of a bin are among a cell's parts. */
const twentieths = Uint8Array.from(
  { length: scoreBins },
  (_, bin) => 2 * (cellSum.scores + Math.floor((bin * scoreSums) / scoreBins)),
);

/** `scoreBin` without a call. */
const binOf = (score: number): number => {
  const bin = (score * scoreBins) | 0;
  return bin < 0 ? 0 : bin >= scoreBins ? scoreBins - 1 : bin;
};

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
