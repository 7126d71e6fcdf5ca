import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { WorkerHandle } from '@sluice/engine';
import { mitigateInThread, type MitigationNote } from './mitigation-thread.js';
import type { MitigationResult } from './mitigation-result.js';
import type { MitigationTask } from './workplace.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-thread-spec-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A thread that says that it computes, or that it doesn't, and then hears nothing for some time. */
const deaf = (computes: boolean, ms: number) => {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'commonjs' }));
  writeFileSync(
    join(folder, `${computes}.js`),
    `const { parentPort } = require('node:worker_threads');
    parentPort.on('message', ({ id, close }) => {
      if (close) return parentPort.close();
      if (id === undefined) return;
      parentPort.postMessage({ id, note: { kind: 'progress', text: 'busy', computes: ${computes} } });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${ms});
      parentPort.postMessage({ id, error: { message: 'it went on to its end' } });
    });`,
  );
  return new WorkerHandle<MitigationTask, MitigationResult, MitigationNote>(
    String(computes),
    pathToFileURL(join(folder, 'here')).href,
  );
};

const abortedWhile = async (worker: ReturnType<typeof deaf>): Promise<number> => {
  const stop = new AbortController();
  let told = 0;
  const onNote = (): void => {
    told = performance.now();
    stop.abort(new Error('enough'));
  };
  const work = mitigateInThread({} as MitigationTask, { onNote, signal: stop.signal }, worker);
  await expect(work).rejects.toThrow('enough');
  return performance.now() - told;
};

it('is ended in the middle of what it computes', async () => {
  expect(await abortedWhile(deaf(true, 600_000))).toBeLessThan(30_000);
});

it('is waited for while it may be inside a native library', async () => {
  expect(await abortedWhile(deaf(false, 1500))).toBeGreaterThan(1400);
});
