import type { RankingProfile } from '@sluice/evaluation';
import type { DeLong, ScoresByClass } from '@sluice/statistics';
import { WorkerHandle } from '../worker-handle.js';
import type { RankingRequest } from './ranking-worker.js';
import type { KeptScores } from './tally.js';

/** Computes exact rank statistics of scores, in a thread. */
export class Ranker {
  private readonly worker = new WorkerHandle<RankingRequest, DeLong>('counting/ranking-worker');

  constructor(private readonly kept: KeptScores) {}

  /** Ranks all rows, or those of one group of the protected column at a position. */
  async rank(only?: { readonly column: number; readonly group: number }): Promise<RankingProfile> {
    const rows = only && { codes: this.kept.groups[only.column] as Uint16Array, group: only.group };
    const version = byClass(this.kept.score, this.kept.label, rows);
    const champion =
      this.kept.championScore && byClass(this.kept.championScore, this.kept.label, rows);
    const moved = [version, champion].flatMap((scores) =>
      scores === null ? [] : [scores.positives.buffer, scores.negatives.buffer],
    );
    const found = await this.worker.ask({ version, champion }, moved);
    return {
      positives: found.positives,
      negatives: found.negatives,
      version: found.first,
      champion: found.second,
      covariance: found.covariance,
    };
  }

  close(): Promise<void> {
    return this.worker.close();
  }
}

type OwnedScores = ScoresByClass & {
  readonly positives: Float64Array<ArrayBuffer>;
  readonly negatives: Float64Array<ArrayBuffer>;
};

const byClass = (
  scores: Float64Array,
  labels: Uint8Array,
  only: { readonly codes: Uint16Array; readonly group: number } | undefined,
): OwnedScores => {
  const belongs = (row: number): boolean => only === undefined || only.codes[row] === only.group;
  const sizes = [0, 0];
  for (let row = 0; row < labels.length; row += 1)
    if (belongs(row)) sizes[labels[row] as number] = (sizes[labels[row] as number] as number) + 1;
  const [negatives, positives] = sizes.map((size) => new Float64Array(size)) as [
    Float64Array<ArrayBuffer>,
    Float64Array<ArrayBuffer>,
  ];
  let positive = 0;
  let negative = 0;
  for (let row = 0; row < labels.length; row += 1) {
    if (!belongs(row)) continue;
    if (labels[row] === 1) positives[positive++] = scores[row] as number;
    else negatives[negative++] = scores[row] as number;
  }
  return { positives, negatives };
};
