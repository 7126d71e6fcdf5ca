import type { Cell, ScoreProfile } from '@sluice/evaluation';
import { ScoreCounts } from './score-counts.js';

/** What is known of consecutive rows once they are scored. 1 stands for the favorable value. */
export interface ScoredRows {
  readonly firstRow: number;
  readonly rows: number;
  readonly label: Uint8Array;
  readonly prediction: Uint8Array;
  readonly score: Float64Array | null;
  readonly championPrediction: Uint8Array | null;
  readonly championScore: Float64Array | null;
  /** For each protected column, the group's position among its groups. */
  readonly groups: readonly Uint16Array[];
}

/** The scores of all rows, with what rankings by class and group need beside them. */
export interface KeptScores {
  readonly label: Uint8Array;
  readonly score: Float64Array;
  readonly championScore: Float64Array | null;
  readonly groups: readonly Uint16Array[];
}

/** label, prediction and champion's prediction as the bits 2, 1 and 0 */
const cellsPerGroup = 8;

/** Counts scored rows as they stream by, and keeps their scores in the order of the rows, 8 bytes each. */
export class Tally {
  /** Null when the data holds predictions only. */
  readonly kept: KeptScores | null;
  private readonly overall = new Float64Array(cellsPerGroup);
  private readonly byColumn: readonly Float64Array[];
  /** Null when the data holds predictions only. */
  private readonly scores: ScoreCounts | null;
  private counted = 0;

  /** @param groupCounts for each protected column, the number of its groups */
  constructor(
    private readonly rows: number,
    groupCounts: readonly number[],
    private readonly has: { readonly scores: boolean; readonly champion: boolean },
  ) {
    this.byColumn = groupCounts.map((count) => new Float64Array(count * cellsPerGroup));
    this.scores = has.scores ? new ScoreCounts(groupCounts, has.champion) : null;
    this.kept = has.scores
      ? {
          label: new Uint8Array(rows),
          score: new Float64Array(rows),
          championScore: has.champion ? new Float64Array(rows) : null,
          groups: groupCounts.map(() => new Uint16Array(rows)),
        }
      : null;
  }

  /** Whether as many rows came as there were at first; a file may change while it is read. */
  get isComplete(): boolean {
    return this.counted === this.rows;
  }

  /** @throws RangeError when there are more rows than were announced */
  add(batch: ScoredRows): void {
    this.count(batch);
    this.scores?.add(batch);
    this.keep(batch);
    this.counted += batch.rows;
  }

  get overallCells(): Cell[] {
    return this.cells(this.overall);
  }

  /** The cells of one group of the protected column at a position. */
  groupCells(column: number, group: number): Cell[] {
    const counts = this.byColumn[column] as Float64Array;
    return this.cells(counts.subarray(group * cellsPerGroup, (group + 1) * cellsPerGroup));
  }

  get overallScores(): ScoreProfile | null {
    return this.scores?.overall ?? null;
  }

  /** Where the scores of one group lie, of the protected column at a position. */
  groupScores(column: number, group: number): ScoreProfile | null {
    return this.scores?.ofGroup(column, group) ?? null;
  }

  private count({ rows, label, prediction, championPrediction, groups }: ScoredRows): void {
    for (let row = 0; row < rows; row += 1) {
      const cell =
        ((label[row] as number) << 2) |
        ((prediction[row] as number) << 1) |
        (championPrediction === null ? 0 : (championPrediction[row] as number));
      increment(this.overall, cell);
      for (let column = 0; column < groups.length; column += 1) {
        const group = (groups[column] as Uint16Array)[row] as number;
        increment(this.byColumn[column] as Float64Array, group * cellsPerGroup + cell);
      }
    }
  }

  private keep({ firstRow, label, score, championScore, groups }: ScoredRows): void {
    if (this.kept === null || score === null) return;
    this.kept.label.set(label, firstRow);
    this.kept.score.set(score, firstRow);
    if (championScore !== null) this.kept.championScore?.set(championScore, firstRow);
    groups.forEach((codes, column) => this.kept?.groups[column]?.set(codes, firstRow));
  }

  private cells(counts: Float64Array): Cell[] {
    return Array.from(counts, (count, cell) => ({
      label: (cell & 4) !== 0,
      prediction: (cell & 2) !== 0,
      champion: this.has.champion ? (cell & 1) !== 0 : null,
      count,
    })).filter(({ count }) => count > 0);
  }
}

const increment = (counts: Float64Array, index: number): void => {
  counts[index] = (counts[index] as number) + 1;
};
