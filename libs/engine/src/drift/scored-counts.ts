import type { PredictedScores } from '@sluice/evaluation';
import type { JudgedScores } from '@sluice/statistics';
import type { ScoredRows } from '../scored-rows.js';

/** What a row is, by label and prediction: 2 · label + prediction. */
const kinds = 4;

/**
 * Scored rows in their order, of which it tells how many there are of each score. Nine bytes a row: expected performance
 * needs every score, and chunks the order of rows.
 */
export class ScoredCounts {
  private scores = new Float64Array(4096);
  private kind = new Uint8Array(4096);
  private count = 0;
  private unscored = false;

  /** How many rows there are. */
  get rows(): number {
    return this.count;
  }

  /** Whether every row has a score; it may have a prediction alone. */
  get hasScores(): boolean {
    return !this.unscored;
  }

  add({ rows, label, prediction, score }: ScoredRows): void {
    if (score === null) {
      this.unscored = true;
      this.count += rows;
      return;
    }
    this.makeRoom(this.count + rows);
    for (let row = 0; row < rows; row += 1) {
      this.scores[this.count + row] = score[row] as number;
      this.kind[this.count + row] = 2 * (label[row] as number) + (prediction[row] as number);
    }
    this.count += rows;
  }

  /** Rows of a range by score, label and prediction. */
  judged(from = 0, to = this.count): JudgedScores {
    const { scores, counts } = this.byScore(from, to);
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

  private makeRoom(rows: number): void {
    if (rows <= this.scores.length) return;
    const room = Math.max(rows, 2 * this.scores.length);
    const [scores, kind] = [new Float64Array(room), new Uint8Array(room)];
    scores.set(this.scores.subarray(0, this.count));
    kind.set(this.kind.subarray(0, this.count));
    [this.scores, this.kind] = [scores, kind];
  }
}
