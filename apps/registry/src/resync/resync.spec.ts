import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { streams, subjects } from '@sluice/contracts';
import { EvaluationJob } from '../evaluations/evaluation-job.js';
import { Gate } from '../testing/gate.fixture.js';
import { eventually, TestRegistry } from '../testing/test-registry.js';
import { ResyncService } from './resync.service.js';

describe('resync', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
    await gate.model('lost');
    await gate.version('lost');
  });
  afterAll(() => registry.close());

  const resync = (): Promise<void> => registry.app.get(ResyncService).resync();
  const jobs = async (): Promise<number> => (await registry.sent(subjects.evaluateJob)).length;
  const rollouts = async (): Promise<number> =>
    (await registry.sent(subjects.promotionApproved)).length;
  const age = (table: string) =>
    registry.sql(
      `UPDATE ${table} SET last_sent_at = now() - interval '1 minute',
         progressed_at = progressed_at - interval '1 minute'`,
    );
  const published = () =>
    eventually('an empty outbox', async () => {
      const rows = await registry.sql('SELECT 1 FROM outbox WHERE published_at IS NULL');
      return rows.length === 0;
    });

  it('asks again for what nothing was heard of, and only for that', async () => {
    const { id } = await gate.evaluation('lost', 1);
    await published();
    await resync();
    expect(await jobs()).toBe(1);
    await age('evaluation');
    await resync();
    expect(await jobs()).toBe(2);
    const [first, second] = await registry.sent(subjects.evaluateJob);
    expect(second?.data).toEqual(first?.data);
    // Another message, because the broker would drop the same one.
    expect(second?.id).not.toBe(first?.id);

    await published();
    await age('evaluation');
    const progress = { step: 'Scoring', done: 1, total: 2 };
    await registry.publish(subjects.evaluationProgressed, { evaluation: id, progress });
    await eventually('progress', async () => {
      const { body } = await registry.call('GET', `/evaluations/${id}`);
      return body.state === 'running';
    });
    await resync();
    expect(await jobs()).toBe(2);
  });

  it('does not pile up messages that wait for the broker anyway', async () => {
    const { id } = await gate.evaluation('lost', 1);
    await published();
    await age('evaluation');
    const resent = await registry.database.transaction(async (transaction) => {
      const waiting = "envelope->>'subject' = 'evaluations/' || $1";
      await transaction.query(`UPDATE outbox SET published_at = NULL WHERE ${waiting}`, [id]);
      await registry.app.get(EvaluationJob).resendSilent(transaction, 20);
      return transaction.query<unknown[]>(`SELECT 1 FROM outbox WHERE ${waiting}`, [id]);
    });
    expect(resent).toHaveLength(1);
  });

  it('asks once, however many processes look', async () => {
    const { id } = await gate.evaluation('lost', 1);
    await published();
    await age('evaluation');
    await Promise.all([resync(), resync(), resync()]);
    const forIt = (await registry.sent(subjects.evaluateJob)).filter(
      ({ subject }) => subject === `evaluations/${id}`,
    );
    expect(forIt).toHaveLength(2);
  });

  it('asks no more once there is a result', async () => {
    const asked = await gate.evaluated('lost', 1);
    await age('evaluation');
    await resync();
    const forIt = (await registry.sent(subjects.evaluateJob)).filter(
      ({ subject }) => subject === `evaluations/${asked.id}`,
    );
    expect(forIt).toHaveLength(1);
  });

  it('hands a rollout over again, under the same generation', async () => {
    const promotion = await gate.promote('lost', 1, 'staging');
    await published();
    await age('promotion');
    await resync();
    const sent = await registry.sent(subjects.promotionApproved);
    expect(sent).toHaveLength(2);
    expect(sent[1]?.data).toEqual(sent[0]?.data);
    await gate.deployed(promotion);
    await age('promotion');
    await resync();
    expect(await rollouts()).toBe(2);
  });

  it('outlives a broker that lost all it had', async () => {
    const { id } = await gate.evaluation('lost', 1);
    const asked = (await registry.call('GET', `/evaluations/${id}`)).body;
    await published();
    const manager = await jetstreamManager(registry.nats);
    for (const { name } of Object.values(streams)) await manager.streams.delete(name);
    await age('evaluation');
    await resync();
    await published();
    const { state } = await manager.streams.info(streams.jobs.name);
    expect(state.messages).toBeGreaterThan(0);
    const verdict = await gate.verdict(asked);
    await registry.publish(subjects.evaluationCompleted, { evaluation: id, verdict });
    expect((await gate.finishedEvaluation(id)).state).toBe('succeeded');
  }, 30_000);
});
