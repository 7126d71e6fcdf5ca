import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOfBytes, verdictDigest, type Verdict } from '@sluice/contracts';
import { UnreadableMessage } from '@sluice/platform';
import { VerdictReader } from './verdict-reader.js';

const verdict: Verdict = {
  schema: 'sluice/verdict/v1',
  outcome: 'pass',
  subject: {
    model: 'credit-risk',
    version: null,
    champion: null,
    datasets: { evaluation: digestOfBytes('dataset') },
    policy: digestOfBytes('policy'),
  },
  rows: 1,
  checks: [],
  measures: [],
};
const completed = (evaluation: string): Buffer =>
  Buffer.from(JSON.stringify({ evaluation, verdict }));

describe('VerdictReader', () => {
  let reader: VerdictReader;
  beforeEach(() => {
    reader = new VerdictReader();
  });
  afterEach(() => reader.onApplicationShutdown());

  it('answers each with its own, also when one between them is unreadable', async () => {
    const ids = [randomUUID(), randomUUID()];
    const answers = await Promise.allSettled([
      reader.read(completed(ids[0] as string)),
      reader.read(Buffer.from('{}')),
      reader.read(completed(ids[1] as string)),
    ]);
    const [first, poison, second] = answers;
    expect([first, second].map((one) => one?.status === 'fulfilled' && one.value)).toMatchObject([
      { evaluation: ids[0], digest: verdictDigest(verdict) },
      { evaluation: ids[1], digest: verdictDigest(verdict) },
    ]);
    expect(poison).toMatchObject({ status: 'rejected', reason: expect.any(UnreadableMessage) });
  }, 60_000);

  it('is no judge when its thread dies, and starts another', async () => {
    await reader.read(completed(randomUUID()));
    const { thread } = reader as unknown as { thread: Worker };
    const interrupted = expect(reader.read(completed(randomUUID()))).rejects.toThrow(
      'The thread ended that reads verdicts.',
    );
    await thread.terminate();
    await interrupted;
    const id = randomUUID();
    expect(await reader.read(completed(id))).toMatchObject({ evaluation: id, outcome: 'pass' });
  }, 60_000);
});
