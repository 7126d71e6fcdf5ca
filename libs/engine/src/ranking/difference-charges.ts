import { lossExponent } from '../sql/scored-relation.js';
import { ExactSums, type ExactParts } from './exact-sums.js';
import type { SortedPairs } from './sorted-bucket.js';
import { roundsTo, whole } from './whole-numbers.js';

/** Of each combination of codes and label in a panel: sums of differences of losses, version − champion. */
export const differenceSum = { log: 0, logSquares: 1, brier: 2, brierSquares: 3 } as const;
export const sumsPerDifference = 4;

const smallest = 2 ** -52;
const perLoss = 2 ** lossExponent;

/* Whole numbers of up to 63 bits in two parts, as in `ScoreCharges`, which are carried over after as many rows. */
const coarse = roundsTo(30);
const fine = roundsTo(0);
const rowsPerCarry = 2 ** 20;

/** Differences of losses of the cells of all panels, as `lossesSql` defines them, of rows in the order of the champion's score. */
export class DifferenceCharges {
  /** By panel. */
  private readonly sums: readonly ExactSums[];
  /** By panel, then by cell and sum: the coarse part, then the rest. */
  private readonly parts: readonly Float64Array[];
  private readonly row = new Float64Array(2 * sumsPerDifference);
  /** By label, the champion's score that was charged last, and its log loss. */
  private readonly champion = new Float64Array(2).fill(NaN);
  private readonly losses = new Float64Array(2);
  private pending = 0;

  /** @param cells by panel, two for each combination of codes: one for each label */
  constructor(cells: readonly number[]) {
    this.sums = cells.map((count) => new ExactSums(count * sumsPerDifference));
    this.parts = cells.map((count) => new Float64Array(2 * count * sumsPerDifference));
  }

  over(rows: SortedPairs, from: number, to: number): void {
    if (rows.masses !== null) return this.overWeighted(rows, rows.masses, from, to);
    for (let start = from; start < to;) {
      const end = Math.min(to, start + rowsPerCarry - this.pending);
      this.overCounted(rows, start, end);
      this.pending += end - start;
      if (this.pending === rowsPerCarry) this.carry();
      start = end;
    }
  }

  /** By panel, what was found, once all rows were looked at. */
  result(): ExactParts[] {
    this.carry();
    return this.sums.map(({ high, low }) => ({ high, low }));
  }

  private carry(): void {
    this.parts.forEach((parts, panel) => {
      const sums = this.sums[panel] as ExactSums;
      for (let at = 0; at < parts.length; at += 2) {
        sums.add(at >> 1, parts[at] as number);
        sums.add(at >> 1, parts[at + 1] as number);
      }
      parts.fill(0);
    });
    this.pending = 0;
  }

  private overCounted(
    { others: version, scores: champion, cells }: SortedPairs,
    from: number,
    to: number,
  ): void {
    const first = cells[0] as Uint32Array;
    for (let at = from; at < to; at += 1) {
      this.charge(version[at] as number, champion[at] as number, (first[at] as number) & 1);
      for (let panel = 0; panel < cells.length; panel += 1)
        this.addTo(
          this.parts[panel] as Float64Array,
          2 * sumsPerDifference * ((cells[panel] as Uint32Array)[at] as number),
        );
    }
  }

  private addTo(parts: Float64Array, at: number): void {
    const { row } = this;
    parts[at] = (parts[at] as number) + (row[0] as number);
    parts[at + 1] = (parts[at + 1] as number) + (row[1] as number);
    parts[at + 2] = (parts[at + 2] as number) + (row[2] as number);
    parts[at + 3] = (parts[at + 3] as number) + (row[3] as number);
    parts[at + 4] = (parts[at + 4] as number) + (row[4] as number);
    parts[at + 5] = (parts[at + 5] as number) + (row[5] as number);
    parts[at + 6] = (parts[at + 6] as number) + (row[6] as number);
    parts[at + 7] = (parts[at + 7] as number) + (row[7] as number);
  }

  /** The differences of a row's losses in units of 2^−52, each in two parts. */
  private charge(version: number, champion: number, label: number): void {
    const { row } = this;
    const ours = label === 1 ? version : 1 - version;
    const theirs = label === 1 ? champion : 1 - champion;
    // The champion's scores come in order, and its losses with them.
    if (champion !== this.champion[label]) {
      this.champion[label] = champion;
      this.losses[label] = logLoss(theirs);
    }
    const log = logLoss(ours) - (this.losses[label] as number);
    const brier = (1 - ours) * (1 - ours) - (1 - theirs) * (1 - theirs);
    const logUnits = log * perLoss;
    const logHigh = logUnits + coarse - coarse;
    row[0] = logHigh;
    row[1] = logUnits - logHigh + fine - fine;
    const logSquares = log * log * perLoss;
    const logSquaresHigh = logSquares + coarse - coarse;
    row[2] = logSquaresHigh;
    row[3] = logSquares - logSquaresHigh + fine - fine;
    const brierUnits = brier * perLoss;
    const brierHigh = brierUnits + coarse - coarse;
    row[4] = brierHigh;
    row[5] = brierUnits - brierHigh + fine - fine;
    const brierSquares = brier * brier * perLoss;
    const brierSquaresHigh = brierSquares + coarse - coarse;
    row[6] = brierSquaresHigh;
    row[7] = brierSquares - brierSquaresHigh + fine - fine;
  }

  private overWeighted(
    { others: version, scores: champion, cells }: SortedPairs,
    masses: Float64Array,
    from: number,
    to: number,
  ): void {
    for (let at = from; at < to; at += 1) {
      const mass = masses[at] as number;
      const label = ((cells[0] as Uint32Array)[at] as number) & 1;
      const ours = label === 1 ? (version[at] as number) : 1 - (version[at] as number);
      const theirs = label === 1 ? (champion[at] as number) : 1 - (champion[at] as number);
      const log = logLoss(ours) - logLoss(theirs);
      const brier = (1 - ours) * (1 - ours) - (1 - theirs) * (1 - theirs);
      const values = [
        whole(log * perLoss),
        whole(log * log * perLoss),
        whole(brier * perLoss),
        whole(brier * brier * perLoss),
      ];
      cells.forEach((own, panel) => {
        const into = sumsPerDifference * (own[at] as number);
        values.forEach((value, sum) => this.sums[panel]?.addProduct(into + sum, mass, value));
      });
    }
  }
}

/** The loss of a score that gives some probability to the label. */
const logLoss = (given: number): number =>
  -Math.log(Math.min(1 - smallest, Math.max(smallest, given)));
