import { describe, expect, it } from '@jest/globals';
import { WorkerError, WorkerHandle } from './worker-handle.js';

describe('a worker', () => {
  it('tells who asked what went wrong, and answers on', async () => {
    const worker = new WorkerHandle<unknown, { positives: number }>('counting/ranking-worker');
    try {
      const scores = (...values: number[]) => Float64Array.from(values);
      const bad = worker.ask({
        version: { positives: scores(NaN), negatives: scores(0.5) },
        champion: null,
      });
      const good = worker.ask({
        version: { positives: scores(1, 0.5), negatives: scores(0) },
        champion: null,
      });
      await expect(bad).rejects.toThrow(WorkerError);
      await expect(bad).rejects.toThrow('A score is NaN');
      expect(await good).toMatchObject({ positives: 2 });
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
    const worker = new WorkerHandle<unknown, { negatives: number }>('counting/ranking-worker');
    const version = { positives: Float64Array.of(1), negatives: Float64Array.of(0) };
    const answer = worker.ask({ version, champion: null });
    await worker.close();
    expect(await answer).toMatchObject({ negatives: 1 });
    await expect(worker.ask({ version, champion: null })).rejects.toThrow('ended');
  });
});
