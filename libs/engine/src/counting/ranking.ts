import type { RankingProfile } from '@sluice/evaluation';
import type { DeLong } from '@sluice/statistics';
import { WorkerHandle } from '../worker-handle.js';
import type { RankingRequest } from './ranking-worker.js';
import type { KeptScores } from './tally.js';

/** Computes exact rank statistics of scores, in a thread. The rows are moved to it and sorted there, once. */
export class Ranker {
  private readonly worker = new WorkerHandle<RankingRequest, DeLong[]>('counting/ranking-worker');
  private readonly sorted: Promise<unknown>;

  /** @param rows are moved: they can't be read here any more */
  constructor(rows: KeptScores) {
    this.sorted = this.worker.ask({ rows }, buffersOf(rows));
    // Whoever asks for a ranking hears of its failure; until then Node must not take it for one that nobody handles.
    this.sorted.catch(() => undefined);
  }

  async rankAll(): Promise<RankingProfile> {
    const [all] = await this.rank(null);
    return all as RankingProfile;
  }

  /** Ranks the rows of each group of the protected column at a position among themselves. */
  rankGroups(column: number, groups: number): Promise<RankingProfile[]> {
    return this.rank({ column, groups });
  }

  close(): Promise<void> {
    return this.worker.close();
  }

  private async rank(by: { column: number; groups: number } | null): Promise<RankingProfile[]> {
    await this.sorted;
    const found = await this.worker.ask({ by });
    return found.map(({ positives, negatives, first, second, covariance }) => ({
      positives,
      negatives,
      version: { ...first, ...notYetRanked },
      champion: second && { ...second, ...notYetRanked },
      covariance,
    }));
  }
}

const notYetRanked = { averagePrecision: null, kolmogorovSmirnov: null, gains: null } as const;

const buffersOf = ({ label, score, championScore, groups }: KeptScores): ArrayBuffer[] =>
  [label, score, championScore, ...groups].flatMap((rows) =>
    rows === null ? [] : [rows.buffer as ArrayBuffer],
  );
