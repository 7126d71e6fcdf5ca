import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DuckDBInstance } from '@duckdb/node-api';
import type { RegistryClient } from '@sluice/client';
import type { Evaluation, Version } from '@sluice/contracts';
import { Client } from 'pg';
import { attemptsIn, environmentOf, EvaluatorProcess } from './evaluator-process.js';
import { lenientPolicy, registerModel, requestEvaluation } from './release.js';
import { example, Stack, until } from './stack.js';

/** Rows enough that an evaluation takes seconds, in which it can be killed or cancelled. */
const copies = 1000;

describe('several evaluators on one queue', () => {
  let stack: Stack;
  let ci: RegistryClient;
  let version: Version;
  let others: EvaluatorProcess[];
  let database: Client;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-evaluators-'));

  beforeAll(async () => {
    stack = await Stack.start();
    ci = await stack.machine('ci', 'contributor', 'reader');
    others = await Promise.all(
      ['second', 'third'].map((name) => EvaluatorProcess.start(stack, name)),
    );
    version = await registerModel(ci, 'model.onnx', createHash('sha1').update('x').digest('hex'));
    const { DATABASE_URL } = environmentOf(stack.record.services['evaluator']?.pid ?? 0);
    database = new Client({ connectionString: DATABASE_URL });
    await database.connect();
  }, 120_000);
  afterAll(async () => {
    await database?.end();
    for (const evaluator of others ?? []) await evaluator.kill();
    await stack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const attemptsAt = (id: string): number[] => [
    attemptsIn(readFileSync(stack.record.services['evaluator']?.log ?? '', 'utf8'), id),
    ...others.map((evaluator) => evaluator.attemptsAt(id)),
  ];
  const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
  /** Results of an evaluation that evaluators told, and that the registry took. */
  const results = async (id: string): Promise<{ told: number; taken: number }> => {
    const { rows } = await database.query<{ told: number; taken: number }>(
      `SELECT
         (SELECT count(*)::int FROM evaluator.outbox WHERE envelope->>'subject' = $1
            AND subject IN ('sluice.v1.event.evaluation.completed', 'sluice.v1.event.evaluation.failed')) AS told,
         (SELECT count(*)::int FROM registry.audit_entry WHERE subject = $1
            AND action IN ('evaluation.succeeded', 'evaluation.failed')) AS taken`,
      [`evaluations/${id}`],
    );
    return rows[0] as { told: number; taken: number };
  };

  const longEvaluation = async (): Promise<Evaluation> => {
    const path = join(folder, 'long.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT rows.* FROM '${join(example, 'data/holdout.parquet')}' rows, range(${copies})) TO '${path}'`,
    );
    connection.closeSync();
    instance.closeSync();
    const { digest } = await ci.registerDataset({ path, name: 'data/holdout.parquet' });
    return ci.requestEvaluation({
      model: version.model,
      version: version.number,
      policy: lenientPolicy,
      datasets: { evaluation: digest },
    });
  };
  const scoring = (id: string): Promise<Evaluation> =>
    until('rows being scored', async () => {
      const evaluation = await ci.evaluation(id);
      return evaluation.progress?.step === 'scoring rows' ? evaluation : undefined;
    });

  it('share the jobs, and each is done once', async () => {
    const asked = await Promise.all(
      Array.from({ length: 6 }, () => requestEvaluation(ci, version)),
    );
    const ended = await Promise.all(asked.map(({ id }) => ci.waitForEvaluation(id)));
    expect(ended.map(({ outcome }) => outcome)).toEqual(Array(6).fill('pass'));
    const attempts = asked.map(({ id }) => attemptsAt(id));
    expect(attempts.map(sum)).toEqual(Array(6).fill(1));
    for (const evaluator of [0, 1, 2])
      expect(sum(attempts.map((of) => of[evaluator] ?? 0))).toBeGreaterThan(0);
    for (const { id } of asked) expect(await results(id)).toEqual({ told: 1, taken: 1 });
  }, 90_000);

  it('finish the job of one that was killed, once and soon', async () => {
    const { id } = await longEvaluation();
    const { progress } = await scoring(id);
    expect(progress?.overall).toMatchObject({ step: 3, of: 5 });
    const holder = attemptsAt(id).indexOf(1);
    if (holder === 0) stack.kill('evaluator');
    else await others[holder - 1]?.kill();
    const killedAt = Date.now();
    await until('another attempt', async () => (sum(attemptsAt(id)) === 2 ? true : undefined));
    // The lease is 10 s; the rest is room for a busy machine.
    expect(Date.now() - killedAt).toBeLessThan(20_000);
    const evaluation = await ci.waitForEvaluation(id, { timeoutMs: 60_000 });
    expect(evaluation).toMatchObject({ state: 'succeeded', outcome: 'pass' });
    expect(sum(attemptsAt(id))).toBe(2);
    expect(await results(id)).toEqual({ told: 1, taken: 1 });
  }, 120_000);

  it('stop at what was cancelled, whichever of them works at it', async () => {
    const { id } = await longEvaluation();
    await scoring(id);
    expect(await ci.cancelEvaluation(id, 'a test')).toMatchObject({ state: 'cancelled' });
    await until('that it was heard', async () => {
      const { rowCount } = await database.query(
        'SELECT 1 FROM registry.evaluation WHERE id = $1 AND stopped_at IS NOT NULL',
        [id],
      );
      return rowCount === 1 ? true : undefined;
    });
    // Whoever worked at it is free for the next one.
    const next = await Promise.all([1, 2, 3].map(() => requestEvaluation(ci, version)));
    for (const { id: other } of next)
      expect(await ci.waitForEvaluation(other)).toMatchObject({ outcome: 'pass' });
    expect(await results(id)).toEqual({ told: 0, taken: 0 });
    expect(await ci.evaluation(id)).toMatchObject({
      state: 'cancelled',
      cancellation: { by: 'ci', reason: 'a test' },
    });
  }, 120_000);
});
