import type { PredictedScores } from '@sluice/evaluation';
import { ascendingOrder, type JudgedScores } from '@sluice/statistics';
import type { ScoredRows } from '../scored-rows.js';

/** What a row is, by label and prediction: 2 · label + prediction. */
const kinds = 4;

/**
 * Scored rows in their order, of which it tells how many there are of each score, or how much they weigh. Nine bytes a row,
 * and eight for its weight: expected performance needs every score, and chunks the order of rows.
 */
export class ScoredCounts {
  private scores = new Float64Array(4096);
  private kind = new Uint8Array(4096);
  private count = 0;
  private unscored = false;
  private weights: Float64Array | null;

  /** @param weighted whether rows count by their weight */
  constructor(weighted = false) {
    this.weights = weighted ? new Float64Array(4096) : null;
  }

  /** How many rows there are. */
  get rows(): number {
    return this.count;
  }

  /** Whether every row has a score; it may have a prediction alone. */
  get hasScores(): boolean {
    return !this.unscored;
  }

  add({ rows, label, prediction, score, weight }: ScoredRows): void {
    if (score === null) {
      this.unscored = true;
      this.count += rows;
      return;
    }
    this.makeRoom(this.count + rows);
    if (this.weights !== null) {
      if (weight === null)
        throw new TypeError('Rows without weights are among rows that have some.');
      this.weights.set(weight.subarray(0, rows), this.count);
    }
    for (let row = 0; row < rows; row += 1) {
      this.scores[this.count + row] = score[row] as number;
      this.kind[this.count + row] = 2 * (label[row] as number) + (prediction[row] as number);
    }
    this.count += rows;
  }

  /** Rows of a range by score, label and prediction. */
  judged(from = 0, to = this.count): JudgedScores {
    const { scores, counts } =
      this.weights === null ? this.byScore(from, to) : this.weighedByScore(from, to, this.weights);
    const of = (label: 0 | 1, prediction: 0 | 1): Float64Array =>
      counts[2 * label + prediction] as Float64Array;
    return {
      scores,
      truePositives: of(1, 1),
      falsePositives: of(0, 1),
      falseNegatives: of(1, 0),
      trueNegatives: of(0, 0),
    };
  }

  /** Rows by score and prediction, whatever their label. */
  predicted(): PredictedScores {
    const { scores, truePositives, falsePositives, falseNegatives, trueNegatives } = this.judged();
    const sum = (a: Float64Array, b: Float64Array): Float64Array =>
      a.map((count, index) => count + (b[index] as number));
    return {
      scores,
      predictedPositive: sum(truePositives, falsePositives),
      predictedNegative: sum(falseNegatives, trueNegatives),
    };
  }

  /** Four sorted arrays, merged: sorting rows by a comparison would take ten times as long. */
  private byScore(from: number, to: number): { scores: Float64Array; counts: Float64Array[] } {
    const sizes = new Array<number>(kinds).fill(0);
    for (let row = from; row < to; row += 1) sizes[this.kind[row] as number]! += 1;
    const parts = sizes.map((size) => new Float64Array(size));
    const filled = new Array<number>(kinds).fill(0);
    for (let row = from; row < to; row += 1) {
      const kind = this.kind[row] as number;
      // −0 is 0.
      (parts[kind] as Float64Array)[filled[kind]!++] = (this.scores[row] as number) + 0;
    }
    parts.forEach((part) => part.sort());
    const scores = new Float64Array(to - from);
    const counts = parts.map(() => new Float64Array(to - from));
    const at = new Array<number>(kinds).fill(0);
    let found = 0;
    for (let left = to - from; left > 0; found += 1) {
      const score = Math.min(...parts.map((part, kind) => part[at[kind] as number] ?? Infinity));
      scores[found] = score;
      parts.forEach((part, kind) => {
        const start = at[kind] as number;
        let end = start;
        while (end < part.length && part[end] === score) end += 1;
        at[kind] = end;
        (counts[kind] as Float64Array)[found] = end - start;
        left -= end - start;
      });
    }
    return { scores: scores.slice(0, found), counts: counts.map((each) => each.slice(0, found)) };
  }

  /** As `byScore`; the weights of one score are added in the order of the rows. */
  private weighedByScore(
    from: number,
    to: number,
    weights: Float64Array,
  ): { scores: Float64Array; counts: Float64Array[] } {
    const order = ascendingOrder(this.scores.subarray(from, to));
    const scores = new Float64Array(to - from);
    const counts = Array.from({ length: kinds }, () => new Float64Array(to - from));
    let found = 0;
    for (const place of order) {
      const row = from + place;
      // Rows of weight 0 are none.
      if (weights[row] === 0) continue;
      const score = (this.scores[row] as number) + 0;
      if (found === 0 || scores[found - 1] !== score) scores[found++] = score;
      const count = counts[this.kind[row] as number] as Float64Array;
      count[found - 1] = (count[found - 1] as number) + (weights[row] as number);
    }
    return { scores: scores.slice(0, found), counts: counts.map((each) => each.slice(0, found)) };
  }

  private makeRoom(rows: number): void {
    if (rows <= this.scores.length) return;
    const room = Math.max(rows, 2 * this.scores.length);
    const [scores, kind] = [new Float64Array(room), new Uint8Array(room)];
    scores.set(this.scores.subarray(0, this.count));
    kind.set(this.kind.subarray(0, this.count));
    [this.scores, this.kind] = [scores, kind];
    if (this.weights === null) return;
    const weights = new Float64Array(room);
    weights.set(this.weights.subarray(0, this.count));
    this.weights = weights;
  }
}
