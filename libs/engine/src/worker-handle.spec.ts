import { describe, expect, it } from '@jest/globals';
import { cellsAt } from './ranking/bucketed-rows.js';
import { rowBuffer, type BufferShape } from './ranking/row-buffer.js';
import type { WalkResult } from './ranking/score-walk.js';
import type { TakenRows } from './ranking/taken-rows.js';
import type { WalkAnswer, WalkRequest } from './ranking/walk-answers.js';
import { WorkerError, WorkerHandle } from './worker-handle.js';

const shape: BufferShape = { rows: 3, codes: 0, weighted: false, inPositions: false };

const start = (): WorkerHandle<WalkRequest, WalkAnswer> => new WorkerHandle('ranking/walk-worker');

/** To rank three rows, of which one is a positive: the highest. */
const requests = (): WalkRequest[] => {
  const buffer = rowBuffer(shape);
  buffer.scores.set([0.2, 0.9, 0.5]);
  buffer.marks.set([0, 1, 0]);
  const totals = Float64Array.of(2, 1);
  const plan = { panels: [[[0]]], slices: 1, totals, below: new Float64Array(2) };
  const panels = [{ columns: [], sizes: [] }];
  const expected = { count: 3, limits: [-Infinity, 0.8], lowest: 0, highest: 1 };
  const shared = new SharedArrayBuffer(cellsAt(1));
  new Float64Array(shared).set([0.2, 0.9, 0.5]);
  new Uint16Array(shared, cellsAt(0)).set([0, 1, 0]);
  const layout = { first: 0, stride: shared.byteLength, panels: 1, weighted: false };
  const rows = { shared, layout, owners: Uint16Array.of(0), next: Uint32Array.of(3) };
  return [
    { task: { panels, shape, expected, buckets: 1, predictsAtHalf: true, sizes: null } },
    { shared: buffer.shared, rows: 3 },
    { taken: true },
    { plan, ordered: { parts: [rows], cells: [[Uint16Array.of(0, 1)]], from: 0, to: 1 } },
  ];
};

/** Two negatives, of which one is predicted so, and a positive that is left out, without codes. */
const countedRows = [
  {
    keys: [0],
    numbers: [0],
    parts: 2,
    counts: Float64Array.of(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0),
  },
];

describe('a worker', () => {
  it('tells who asked what went wrong, and answers on', async () => {
    const worker = start();
    try {
      const early = worker.ask({ taken: true });
      await expect(early).rejects.toThrow(WorkerError);
      await expect(early).rejects.toThrow('There is no task yet.');
      const [, , taken, walked] = await Promise.all(requests().map((one) => worker.ask(one)));
      expect((taken as TakenRows).counted).toEqual(countedRows);
      expect((walked as WalkResult).distance).toEqual(Float64Array.of(1));
      expect((walked as WalkResult).distanceAt).toEqual(Float64Array.of(0.9));
    } finally {
      await worker.close();
    }
  });

  it('rejects what is asked of it once it has died, and can be closed then', async () => {
    const worker = new WorkerHandle<number, number>('ranking/no-such-worker');
    const first = worker.ask(1);
    await expect(first).rejects.toThrow('ranking/no-such-worker failed');
    await expect(first).rejects.not.toBeInstanceOf(WorkerError);
    await expect(worker.ask(2)).rejects.toThrow('ranking/no-such-worker failed');
    await worker.close();
  });

  it('answers what was asked before it is closed', async () => {
    const worker = start();
    const answers = Promise.all(requests().map((one) => worker.ask(one)));
    await worker.close();
    expect((await answers)[2]).toMatchObject({ counted: countedRows });
    await expect(worker.ask({ taken: true })).rejects.toThrow('ended');
  });
});
