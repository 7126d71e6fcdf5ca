import { describe, expect, it } from '@jest/globals';
import type { DeLong } from '@sluice/statistics';
import type { RankingRequest } from './counting/ranking-worker.js';
import type { KeptScores } from './counting/tally.js';
import { WorkerError, WorkerHandle } from './worker-handle.js';

/** Rows given as label and score. */
const rowsOf = (...rows: (readonly [number, number])[]): KeptScores => ({
  label: Uint8Array.from(rows, ([label]) => label),
  score: Float64Array.from(rows, ([, score]) => score),
  championScore: null,
  groups: [],
});

describe('a worker', () => {
  it('tells who asked what went wrong, and answers on', async () => {
    const worker = new WorkerHandle<RankingRequest, DeLong[]>('counting/ranking-worker');
    try {
      const early = worker.ask({ by: null });
      const bad = worker.ask({ rows: rowsOf([1, NaN], [0, 0.5]) });
      const good = worker.ask({ rows: rowsOf([1, 1], [1, 0.5], [0, 0]) });
      const ranking = worker.ask({ by: null });
      await expect(early).rejects.toThrow('no rows to rank yet');
      await expect(bad).rejects.toThrow(WorkerError);
      await expect(bad).rejects.toThrow('A score is NaN');
      expect(await good).toEqual([]);
      expect(await ranking).toMatchObject([{ positives: 2, negatives: 1 }]);
    } finally {
      await worker.close();
    }
  });

  it('rejects what is asked of it once it has died, and can be closed then', async () => {
    const worker = new WorkerHandle<number, number>('counting/no-such-worker');
    const first = worker.ask(1);
    await expect(first).rejects.toThrow('counting/no-such-worker failed');
    await expect(first).rejects.not.toBeInstanceOf(WorkerError);
    await expect(worker.ask(2)).rejects.toThrow('counting/no-such-worker failed');
    await worker.close();
  });

  it('answers what was asked before it is closed', async () => {
    const worker = new WorkerHandle<RankingRequest, DeLong[]>('counting/ranking-worker');
    const loaded = worker.ask({ rows: rowsOf([1, 1], [0, 0]) });
    const answer = worker.ask({ by: null });
    await worker.close();
    expect(await loaded).toEqual([]);
    expect(await answer).toMatchObject([{ positives: 1, negatives: 1 }]);
    await expect(worker.ask({ by: null })).rejects.toThrow('ended');
  });
});
