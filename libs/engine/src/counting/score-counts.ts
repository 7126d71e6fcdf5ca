import {
  histogramOfCounts,
  scoreBin,
  scoreBins,
  type ScoreHistogram,
  type ScoreProfile,
} from '@sluice/evaluation';
import type { ScoredRows } from './tally.js';

/** Of each group the counts of unfavorable rows by bin, then those of favorable rows. */
const countsPerGroup = 2 * scoreBins;

/** Counts rows by label and score bin, overall and by group: 8 KB a group and model, however many the rows. */
export class ScoreCounts {
  private readonly version: Counts;
  private readonly champion: Counts | null;

  /** @param groupCounts for each protected column, the number of its groups */
  constructor(groupCounts: readonly number[], champion: boolean) {
    this.version = countsFor(groupCounts);
    this.champion = champion ? countsFor(groupCounts) : null;
  }

  add({ rows, label, score, championScore, groups }: ScoredRows): void {
    if (score !== null) count(this.version, rows, label, score, groups);
    if (championScore !== null && this.champion !== null)
      count(this.champion, rows, label, championScore, groups);
  }

  get overall(): ScoreProfile {
    return {
      version: histogramAt(this.version.overall, 0),
      champion: this.champion && histogramAt(this.champion.overall, 0),
    };
  }

  ofGroup(column: number, group: number): ScoreProfile {
    const of = ({ byColumn }: Counts): ScoreHistogram =>
      histogramAt(byColumn[column] as Uint32Array, group);
    return { version: of(this.version), champion: this.champion && of(this.champion) };
  }
}

interface Counts {
  readonly overall: Uint32Array;
  readonly byColumn: readonly Uint32Array[];
}

const countsFor = (groupCounts: readonly number[]): Counts => ({
  overall: new Uint32Array(countsPerGroup),
  byColumn: groupCounts.map((groups) => new Uint32Array(groups * countsPerGroup)),
});

const count = (
  { overall, byColumn }: Counts,
  rows: number,
  label: Uint8Array,
  score: Float64Array,
  groups: readonly Uint16Array[],
): void => {
  for (let row = 0; row < rows; row += 1) {
    const position = (label[row] as number) * scoreBins + scoreBin(score[row] as number);
    increment(overall, position);
    for (let column = 0; column < groups.length; column += 1) {
      const group = (groups[column] as Uint16Array)[row] as number;
      increment(byColumn[column] as Uint32Array, group * countsPerGroup + position);
    }
  }
};

const increment = (counts: Uint32Array, index: number): void => {
  counts[index] = (counts[index] as number) + 1;
};

const histogramAt = (counts: Uint32Array, group: number): ScoreHistogram => {
  const start = group * countsPerGroup;
  return histogramOfCounts({
    negatives: counts.subarray(start, start + scoreBins),
    positives: counts.subarray(start + scoreBins, start + countsPerGroup),
    sums: [],
  });
};
