import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  SluiceError,
  subjects,
  toProblem,
  type Envelope,
  type Evaluation,
} from '@sluice/contracts';
import { ResyncService } from '../resync/resync.service.js';
import { Gate } from '../testing/gate.fixture.js';
import { eventually, TestRegistry, type RequestOptions } from '../testing/test-registry.js';

const model = 'credit-risk';

describe('cancelling evaluations', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
    await gate.model(model);
    await gate.version(model);
    await registry.addKey({ name: 'maria', kind: 'person', roles: ['contributor'] });
  });
  afterAll(() => registry.close());

  const cancel = (id: string, reason = '', as: RequestOptions['as'] = 'maria') =>
    registry.call('POST', `/evaluations/${id}/cancel`, { json: { reason }, as });
  const get = async (id: string): Promise<Evaluation> =>
    (await registry.call('GET', `/evaluations/${id}`)).body;
  const audited = async (id: string): Promise<{ action: string; actor: string }[]> =>
    (await registry.call('GET', '/audit?limit=200')).body.items.filter(
      ({ subject }: { subject: string }) => subject === `evaluations/${id}`,
    );
  const told = async (id: string): Promise<Envelope[]> =>
    (await registry.sent(subjects.evaluationCancelled)).filter(
      ({ subject }) => subject === `evaluations/${id}`,
    );

  it('ends it at once, says by whom and why, and tells the evaluator', async () => {
    const { id } = await gate.evaluation(model, 1);
    const { status, body } = await cancel(id, 'the wrong data');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      state: 'cancelled',
      verdict: null,
      outcome: null,
      problem: null,
      cancellation: { by: 'maria', reason: 'the wrong data', at: body.finishedAt },
    });
    expect(await get(id)).toEqual(body);
    expect((await told(id)).map(({ data }) => data)).toEqual([{ evaluation: id }]);
    expect((await audited(id)).map(({ action, actor }) => [action, actor])).toEqual([
      ['evaluation.created', 'admin'],
      ['evaluation.cancelled', 'maria'],
    ]);
  });

  it('changes nothing the second time, and names who was first', async () => {
    const { id } = await gate.evaluation(model, 1);
    const first = await cancel(id, 'first');
    const again = await Promise.all([1, 2, 3].map(() => cancel(id, 'second', 'admin')));
    for (const { status, body } of again) expect([status, body]).toEqual([200, first.body]);
    expect(await told(id)).toHaveLength(1);
    expect(await audited(id)).toHaveLength(2);
  });

  it('takes no result of one that is cancelled, and nothing is promoted on it', async () => {
    const asked = await gate.evaluation(model, 1);
    await cancel(asked.id);
    const evaluation = asked.id;
    const verdict = await gate.verdict(asked);
    const problem = toProblem(new SluiceError('internal', 'late'));
    const progress = { step: 'late', done: 1, total: null };
    await registry.publish(subjects.evaluationProgressed, { evaluation, progress });
    await registry.publish(subjects.evaluationCompleted, { evaluation, verdict });
    await registry.publish(subjects.evaluationFailed, { evaluation, problem });
    await gate.version(model);
    // Messages are taken in order, so once another one's is in, these were looked at.
    await gate.evaluated(model, 2, 'fail');
    expect(await get(evaluation)).toMatchObject({ state: 'cancelled', verdict: null });
    for (const wish of [{ evaluation }, {}]) {
      const json = { model, version: 1, environment: 'staging', ...wish };
      const { status, body } = await registry.call('POST', '/promotions', { json });
      expect([status, body.code]).toEqual([409, 'verdict_missing']);
      expect(body.detail).toContain('was cancelled by maria');
    }
  });

  it('refuses when it is finished, or when there is none', async () => {
    const { id } = await gate.evaluated(model, 1);
    const { status, body } = await cancel(id);
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toContain('succeeded');
    expect(await told(id)).toEqual([]);
    expect((await cancel(randomUUID())).status).toBe(404);
    expect((await cancel(id, 'x'.repeat(501))).status).toBe(400);
  });

  it('tells the evaluator until it has heard', async () => {
    const { id } = await gate.evaluation(model, 1);
    await cancel(id);
    const age = async () => {
      await eventually('an empty outbox', async () => {
        const waiting = await registry.sql('SELECT 1 FROM outbox WHERE published_at IS NULL');
        return waiting.length === 0;
      });
      await registry.sql("UPDATE evaluation SET last_sent_at = now() - interval '1 minute'");
      await registry.app.get(ResyncService).resync();
    };
    await age();
    expect(await told(id)).toHaveLength(2);
    await registry.publish(subjects.evaluationStopped, { evaluation: id });
    await eventually('the note', async () => {
      const rows = await registry.sql(
        `SELECT 1 FROM evaluation WHERE id = '${id}' AND stopped_at IS NOT NULL`,
      );
      return rows.length > 0;
    });
    await age();
    expect(await told(id)).toHaveLength(2);
    const jobs = await registry.sent(subjects.evaluateJob);
    expect(jobs.filter(({ subject }) => subject === `evaluations/${id}`)).toHaveLength(1);
  });
});
