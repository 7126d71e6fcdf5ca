import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { manifestOf } from '@sluice/artifacts';
import {
  digestOfBytes,
  manifestDigest,
  evaluationProgressedSchema,
  parsePolicy,
  policyDigest,
  SluiceError,
  subjects,
  verdictSchema,
  type EvaluateJob,
  type Progress,
} from '@sluice/contracts';
import { createDatabase } from '@sluice/embedded';
import { Later, openDatabase, Outbox, OutboxEntity } from '@sluice/platform';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Inputs, InputsService } from '../inputs/inputs.service.js';
import { migrations } from '../migrations/migrations.js';
import { EvaluationEntity } from './evaluation.entity.js';
import { EvaluationStore } from './evaluation.store.js';
import { EvaluationsService } from './evaluations.service.js';

const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const policy = parsePolicy(readFileSync(join(example, 'sluice.yaml'), 'utf8'));

const jobFor = async (model: string): Promise<EvaluateJob> => {
  const manifest = await manifestOf(join(example, model));
  return {
    evaluation: randomUUID(),
    version: { version: 2, digest: manifestDigest(manifest), manifest },
    champion: null,
    dataset: {
      digest: digestOfBytes(readFileSync(join(example, policy.data.evaluation))),
      format: 'parquet',
    },
    policy,
    policyDigest: policyDigest(policy),
  };
};

/** Inputs that are on this machine already. Fetching them is the end-to-end test's. */
const inputsOf = (fetch: () => Promise<Inputs>): InputsService =>
  ({ fetch }) as unknown as InputsService;
const local = (model: string): InputsService =>
  inputsOf(async () => ({
    dataset: {
      files: [{ path: join(example, policy.data.evaluation), name: policy.data.evaluation }],
      format: 'parquet',
    },
    reference: null,
    version: { path: join(example, model) },
    champion: null,
  }));

/** A promise that a test resolves. */
class Deferred {
  resolve: () => void = () => undefined;
  readonly promise = new Promise<void>((resolve) => {
    this.resolve = resolve;
  });
}

/** Inputs whose download only the signal ends. */
const endless = (started: Deferred): InputsService =>
  ({
    fetch: (_: EvaluateJob, signal: AbortSignal) =>
      new Promise((_resolve, reject) => {
        started.resolve();
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  }) as unknown as InputsService;

describe('evaluation jobs, on real Postgres, DuckDB and ONNX Runtime', () => {
  let database: DataSource;
  let store: EvaluationStore;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await openDatabase({
      url: await createDatabase(
        process.env['TEST_DATABASE_URL'] as string,
        `evaluator_${randomUUID().slice(0, 8)}`,
      ),
      schema: 'evaluator',
      entities: [EvaluationEntity],
      migrations,
    });
    store = new EvaluationStore(database, new Outbox('evaluator'));
  });
  afterAll(() => database.destroy());

  const told = async (evaluation: string, subject: string): Promise<object[]> =>
    (await database.getRepository(OutboxEntity).findBy({ subject }))
      .map((row) => row.envelope.data as { evaluation: string })
      .filter((data) => data.evaluation === evaluation);

  it('ends with a verdict bound to what was asked for, told once', async () => {
    const job = await jobFor('model.onnx');
    await new EvaluationsService(store, local('model.onnx')).perform(job);
    const [completed, ...more] = (await told(job.evaluation, subjects.evaluationCompleted)) as {
      verdict: unknown;
    }[];
    expect(more).toEqual([]);
    const verdict = verdictSchema.parse(completed?.verdict);
    expect(verdict.subject).toEqual({
      model: 'credit-risk',
      version: job.version.digest,
      champion: null,
      datasets: { evaluation: job.dataset.digest },
      policy: job.policyDigest,
    });
    expect(verdict.rows).toBe(400);
    expect(
      verdict.measures.find((measure) => measure.metric === 'accuracy' && measure.by === null)
        ?.value,
    ).toBeCloseTo(0.7475, 12);
    const row = await database
      .getRepository(EvaluationEntity)
      .findOneByOrFail({ id: job.evaluation });
    expect(row).toMatchObject({ state: 'succeeded', attempts: 1 });
    expect(row.profile?.rows).toBe(400);
  });

  it('tells the same result again when it is asked again, and computes nothing', async () => {
    const job = await jobFor('model.onnx');
    await new EvaluationsService(store, local('model.onnx')).perform(job);
    const untouchable = inputsOf(() => Promise.reject(new Error('fetched again')));
    await new EvaluationsService(store, untouchable).perform(job);
    const results = await told(job.evaluation, subjects.evaluationCompleted);
    expect(results).toHaveLength(2);
    expect(results[0]).toEqual(results[1]);
  });

  it('ends with a problem when the inputs are at fault', async () => {
    const job = await jobFor('model.onnx');
    const faulty = inputsOf(async () => ({
      dataset: {
        files: [{ path: join(example, 'README.md'), name: 'README.md' }],
        format: 'parquet',
      },
      reference: null,
      version: { path: join(example, 'model.onnx') },
      champion: null,
    }));
    await new EvaluationsService(store, faulty).perform(job);
    expect(await told(job.evaluation, subjects.evaluationCompleted)).toEqual([]);
    expect(await told(job.evaluation, subjects.evaluationFailed)).toEqual([
      expect.objectContaining({
        problem: expect.objectContaining({ code: 'invalid_data', status: 400 }),
      }),
    ]);
  });

  it('tries again after a passing fault, and gives up after five attempts with a reason', async () => {
    const job = await jobFor('model.onnx');
    const away = new EvaluationsService(
      store,
      inputsOf(() => Promise.reject(new SluiceError('unavailable', 'the registry is away'))),
    );
    for (let attempt = 1; attempt < 5; attempt += 1)
      await expect(away.perform(job)).rejects.toThrow('away');
    expect(await told(job.evaluation, subjects.evaluationFailed)).toEqual([]);
    await away.perform(job);
    expect(await told(job.evaluation, subjects.evaluationFailed)).toHaveLength(1);
  });

  it('lets one of two evaluators do a job', async () => {
    const job = await jobFor('model.onnx');
    await Promise.all(
      [1, 2, 3].map(() => new EvaluationsService(store, local('model.onnx')).perform(job)),
    );
    expect(await told(job.evaluation, subjects.evaluationCompleted)).toHaveLength(1);
  });

  it('keeps a job that another holds until it is free', async () => {
    const job = await jobFor('model.onnx');
    const holder = await store.claim(job.evaluation);
    if (holder.kind !== 'ours') throw new Error('not claimed');
    const other = new EvaluationsService(store, local('model.onnx'));
    expect(await other.perform(job)).toBeInstanceOf(Later);
    await store.release(job.evaluation, holder.token, 'failed');
    expect(await other.perform(job)).toBeUndefined();
    expect(await told(job.evaluation, subjects.evaluationCompleted)).toHaveLength(1);
  });

  it('leaves its job to others at once when the service stops, which is no failed attempt', async () => {
    const job = await jobFor('model.onnx');
    const started = new Deferred();
    const stopping = new EvaluationsService(store, endless(started));
    const performing = stopping.perform(job);
    await started.promise;
    stopping.onModuleDestroy();
    expect(await performing).toEqual(new Later(0));
    expect(await store.claim(job.evaluation)).toMatchObject({ kind: 'ours', attempt: 1 });
  });

  it('stops in the middle when it is cancelled, tells so, and has no result', async () => {
    const job = await jobFor('model.onnx');
    const id = job.evaluation;
    const started = new Deferred();
    const work = new EvaluationsService(store, endless(started)).perform(job);
    await started.promise;
    await database.transaction((transaction) => store.cancel(transaction, id));
    const since = Date.now();
    expect(await work).toBeUndefined();
    expect(Date.now() - since).toBeLessThan(10_000);
    expect(await told(id, subjects.evaluationStopped)).toEqual([{ evaluation: id }]);
    // Nor does anybody begin it again.
    await new EvaluationsService(store, local('model.onnx')).perform(job);
    for (const subject of [subjects.evaluationCompleted, subjects.evaluationFailed])
      expect(await told(id, subject)).toEqual([]);
    expect(await database.getRepository(EvaluationEntity).findOneByOrFail({ id })).toMatchObject({
      state: 'cancelled',
      verdict: null,
      problem: null,
    });
  });

  it('never begins what was cancelled before it came', async () => {
    const job = await jobFor('model.onnx');
    await database.transaction((transaction) => store.cancel(transaction, job.evaluation));
    const untouchable = inputsOf(() => Promise.reject(new Error('fetched')));
    await new EvaluationsService(store, untouchable).perform(job);
    expect(await told(job.evaluation, subjects.evaluationCompleted)).toEqual([]);
    expect(await told(job.evaluation, subjects.evaluationFailed)).toEqual([]);
  });

  it('keeps a result that was there before the cancellation', async () => {
    const job = await jobFor('model.onnx');
    await new EvaluationsService(store, local('model.onnx')).perform(job);
    await database.transaction((transaction) => store.cancel(transaction, job.evaluation));
    const row = await database
      .getRepository(EvaluationEntity)
      .findOneByOrFail({ id: job.evaluation });
    expect(row.state).toBe('succeeded');
    expect(await told(job.evaluation, subjects.evaluationStopped)).toHaveLength(1);
  });

  it('tells how far it is, through all of its steps', async () => {
    const job = await jobFor('model.onnx');
    await new EvaluationsService(store, local('model.onnx')).perform(job);
    // Progress is told beside the work, and the last of it may be on its way still.
    await pause(500);
    const progress = (
      (await told(job.evaluation, subjects.evaluationProgressed)) as {
        progress: Progress;
      }[]
    ).map((event) => evaluationProgressedSchema.shape.progress.parse(event.progress));
    const steps = progress.map(({ overall }) => overall?.step);
    expect([...new Set(steps)].toSorted()).toEqual([1, 2, 3, 4, 5]);
    for (const { overall } of progress) {
      expect(overall?.of).toBe(5);
      expect(overall?.fraction).toBeGreaterThanOrEqual(((overall?.step ?? 0) - 1) / 5);
      expect(overall?.fraction).toBeLessThanOrEqual((overall?.step ?? 0) / 5);
    }
  });

  it('tells a verdict that no message could hold', async () => {
    const id = randomUUID();
    const claim = await store.claim(id);
    if (claim.kind !== 'ours') throw new Error('not claimed');
    const verdict = JSON.stringify({ padding: 'x'.repeat(5 * 1024 ** 2) });
    expect(await store.finish(id, claim.token, { verdict, profile: '{}' })).toBe(true);
    await store.repeatResult(id);
    const sent = await database.query<{ size: number; data: string }[]>(
      `SELECT length(envelope::text) AS size, convert_from(data, 'UTF8') AS data FROM outbox
       WHERE subject = $1 AND envelope->>'subject' = $2`,
      [subjects.evaluationCompleted, `evaluations/${id}`],
    );
    expect(sent).toHaveLength(2);
    for (const { size, data } of sent) {
      expect(size).toBeLessThan(1000);
      expect(JSON.parse(data)).toEqual({ evaluation: id, verdict: JSON.parse(verdict) });
    }
  });

  it('is taken over from an evaluator that died, whose late result does not count', async () => {
    const id = randomUUID();
    const dead = await store.claim(id);
    if (dead.kind !== 'ours') throw new Error('not claimed');
    const held = await store.claim(id);
    if (held.kind !== 'theirs') throw new Error('claimed twice');
    expect(held.freeInMs).toBeGreaterThan(5000);
    expect(held.freeInMs).toBeLessThanOrEqual(10_000);
    await database.query(
      "UPDATE evaluation SET claimed_until = now() - interval '1 second' WHERE id = $1",
      [id],
    );
    const next = await store.claim(id);
    expect(next).toMatchObject({ kind: 'ours', attempt: 2 });

    const problem = {
      type: 'urn:sluice:problem:internal',
      title: 't',
      status: 500,
      code: 'internal' as const,
      detail: 'd',
    };
    expect(await store.renew(id, dead.token)).toBe(false);
    expect(await store.finish(id, dead.token, { problem })).toBe(false);
    expect(await told(id, subjects.evaluationFailed)).toEqual([]);
    if (next.kind === 'ours') expect(await store.finish(id, next.token, { problem })).toBe(true);
    expect(await store.claim(id)).toEqual({ kind: 'finished' });
  });
});
