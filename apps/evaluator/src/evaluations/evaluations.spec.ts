import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { manifestOf } from '@sluice/artifacts';
import {
  digestOfBytes,
  manifestDigest,
  parsePolicy,
  policyDigest,
  SluiceError,
  subjects,
  verdictSchema,
  type EvaluateJob,
} from '@sluice/contracts';
import { createDatabase } from '@sluice/embedded';
import { openDatabase, Outbox, OutboxEntity } from '@sluice/platform';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Inputs, InputsService } from '../inputs/inputs.service.js';
import { CreateEvaluator1790000000000 } from '../migrations/1790000000000-create-evaluator.js';
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
    dataset: { path: join(example, policy.data.evaluation), format: 'parquet' },
    version: { path: join(example, model) },
    champion: null,
  }));

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
      migrations: [CreateEvaluator1790000000000],
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
      dataset: { path: join(example, 'README.md'), format: 'parquet' },
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

  it('is taken over from an evaluator that died, whose late result does not count', async () => {
    const id = randomUUID();
    const dead = await store.claim(id);
    if (dead.kind !== 'ours') throw new Error('not claimed');
    expect(await store.claim(id)).toEqual({ kind: 'theirs' });
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
