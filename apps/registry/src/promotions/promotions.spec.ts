import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { promotionApprovedSchema, subjects, type Promotion } from '@sluice/contracts';
import { Gate, policyText } from '../testing/gate.fixture.js';
import { eventually, TestRegistry } from '../testing/test-registry.js';

describe('promotions', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
    for (const name of ['maria', 'paul', 'lena'])
      await registry.addKey({ name, kind: 'person', roles: ['approver', 'contributor', 'reader'] });
    await registry.addKey({ name: 'ci', kind: 'machine', roles: ['contributor'] });
  });
  afterAll(() => registry.close());

  const post = (json: object, headers: Record<string, string> = {}) =>
    registry.call('POST', '/promotions', { json, headers });
  const approve = (id: string, as: string, headers: Record<string, string> = {}) =>
    registry.call('POST', `/promotions/${id}/approvals`, { json: { comment: 'ok' }, as, headers });
  const reload = async (id: string): Promise<Promotion> =>
    (await registry.call('GET', `/promotions/${id}`)).body;
  /** A new model with version 1 in staging and a promotion into production that waits for approval. */
  const waiting = async (model: string, more: object = {}): Promise<Promotion> => {
    await gate.model(model);
    const { number } = await gate.staged(model, more);
    return gate.promote(model, number, 'production');
  };

  it('takes a version through staging and, approved, into production', async () => {
    await gate.model('whole-way');
    const { number, artifactDigest, artifact } = await gate.version('whole-way', {});
    const evaluation = await gate.evaluated('whole-way', number);
    const staging = await gate.promote('whole-way', number, 'staging');
    expect(staging).toMatchObject({
      state: 'rolling_out',
      approvalsNeeded: 0,
      from: null,
      evaluation: evaluation.id,
      verdictDigest: evaluation.verdictDigest,
    });
    const message = (await registry.sent(subjects.promotionApproved)).at(-1);
    expect(promotionApprovedSchema.parse(message?.data)).toEqual({
      promotion: staging.id,
      generation: 1,
      model: 'whole-way',
      environment: 'staging',
      version: number,
      artifactDigest,
      manifest: artifact,
    });

    await registry.publish(subjects.deploymentProgressed, {
      promotion: staging.id,
      detail: 'Loading',
    });
    await eventually('progress', async () => (await reload(staging.id)).progress === 'Loading');
    expect((await gate.deployed(staging)).state).toBe('succeeded');

    const production = await gate.promote('whole-way', number, 'production');
    expect(production).toMatchObject({ state: 'awaiting_approval', approvalsNeeded: 1 });
    const approved = await approve(production.id, 'maria');
    expect(approved.body).toMatchObject({
      state: 'rolling_out',
      approvals: [{ by: 'maria', comment: 'ok' }],
    });
    expect((await gate.deployed(production)).finishedAt).not.toBeNull();

    const { body } = await registry.call('GET', '/models/whole-way/environments');
    expect(body.items).toMatchObject([
      { environment: 'staging', version: number, revision: 1 },
      { environment: 'production', version: number, artifactDigest, promotion: production.id },
    ]);
    const champion = await registry.call('GET', '/models/whole-way/environments/production');
    expect(champion.headers.get('etag')).toBe('"1"');
    const again = await post({ model: 'whole-way', version: number, environment: 'production' });
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
  });

  it('says which verdict is missing', async () => {
    await gate.model('unproven');
    const { number } = await gate.version('unproven');
    const wish = { model: 'unproven', version: number, environment: 'staging' };
    const missing = async (pattern: RegExp, more: object = {}): Promise<void> => {
      const { status, body } = await post({ ...wish, ...more });
      expect([status, body.code]).toEqual([409, 'verdict_missing']);
      expect(body.detail).toMatch(pattern);
    };
    await missing(/never evaluated/);
    const pending = await gate.evaluation('unproven', number);
    await missing(/queued/);
    const failed = await gate.evaluated('unproven', number, 'fail');
    await missing(/accuracy\/at_least/);
    await missing(/queued/, { evaluation: pending.id });
    const onlyStaging = policyText('unproven', '{ staging: {} }');
    await gate.evaluated('unproven', number, 'pass', onlyStaging);
    await missing(/promotion\.environments/, { environment: 'production' });
    await missing(/failed/, { evaluation: failed.id });
    const other = await gate.version('unproven');
    const otherPass = await gate.evaluated('unproven', other.number);
    await missing(/is about version/, { evaluation: otherPass.id });
    expect((await post({ ...wish, evaluation: randomUUID() })).status).toBe(404);
    expect((await post({ ...wish, environment: 'moon' })).status).toBe(404);
    expect((await post({ ...wish, version: 3_000_000_000 })).status).toBe(404);
  });

  it('keeps the order of environments', async () => {
    await gate.model('hasty');
    const { number } = await gate.version('hasty');
    await gate.evaluated('hasty', number);
    const { status, body } = await post({
      model: 'hasty',
      version: number,
      environment: 'production',
    });
    expect([status, body.code]).toEqual([409, 'conflict']);
    expect(body.detail).toMatch(/has not been in staging/);
  });

  it('lets an environment ask for more approvals than a policy, and a policy for more than an environment', async () => {
    await gate.model('floors');
    const { number } = await gate.version('floors');
    await gate.evaluated(
      'floors',
      number,
      'pass',
      policyText('floors', '{ production: { approvals: 0 } }'),
    );
    const one = await gate.promote('floors', number, 'production');
    expect(one).toMatchObject({ state: 'awaiting_approval', approvalsNeeded: 1 });
    await registry.call('POST', `/promotions/${one.id}/rejection`, { json: {}, as: 'maria' });
    await gate.evaluated(
      'floors',
      number,
      'pass',
      policyText('floors', '{ production: { approvals: 2 } }'),
    );
    const two = await gate.promote('floors', number, 'production');
    expect(two.approvalsNeeded).toBe(2);
    expect((await approve(two.id, 'maria')).body.state).toBe('awaiting_approval');
    const again = await approve(two.id, 'maria');
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect((await approve(two.id, 'paul')).body.state).toBe('rolling_out');
  });

  it('needs eyes other than the author’s, and a person’s', async () => {
    const asked = await waiting('four-eyes', { author: undefined });
    // The admin's key registered it.
    const registrant = await approve(asked.id, 'admin');
    expect([registrant.status, registrant.body.code]).toEqual([403, 'forbidden']);

    await gate.model('by-ci');
    const version = await gate.version('by-ci', { author: 'Maria' }, 'ci');
    await gate.evaluated(
      'by-ci',
      version.number,
      'pass',
      policyText('by-ci', '{ production: {} }'),
    );
    const { id } = await gate.promote('by-ci', version.number, 'production');
    const author = await approve(id, 'maria');
    expect([author.status, author.body.detail]).toEqual([
      403,
      expect.stringMatching(/is the author/),
    ]);
    expect((await approve(id, 'ci')).status).toBe(403);
    // Even with the role, which no key of a machine can be given.
    await registry.sql("UPDATE api_key SET roles = '{approver}' WHERE name = 'ci'");
    const machine = await approve(id, 'ci');
    expect([machine.status, machine.body.detail]).toEqual([403, expect.stringMatching(/machine/)]);
    expect((await approve(id, 'paul')).status).toBe(200);
  });

  it('lets one of many approvals at once through', async () => {
    const asked = await waiting('contended');
    const etag = (await registry.call('GET', `/promotions/${asked.id}`)).headers.get(
      'etag',
    ) as string;
    const answers = await Promise.all(
      ['maria', 'paul', 'lena', 'maria', 'paul', 'lena'].map((as) =>
        approve(asked.id, as, { 'if-match': etag }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412, 412]);
    expect((await reload(asked.id)).approvals).toHaveLength(1);
    expect((await approve(asked.id, 'lena')).status).toBe(409);
    expect((await approve(asked.id, 'lena', { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await approve(asked.id, 'lena', { 'if-match': '1' })).status).toBe(400);
  });

  it('lets one of many promotions at once through', async () => {
    await gate.model('rush');
    const { number } = await gate.version('rush');
    await gate.evaluated('rush', number);
    const wish = { model: 'rush', version: number, environment: 'staging' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(wish)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)]);
    const key = { 'idempotency-key': 'deploy-1' };
    await gate.deployed(answers.find(({ status }) => status === 201)?.body as Promotion);
    const next = await gate.version('rush');
    await gate.evaluated('rush', next.number);
    const same = await Promise.all(
      Array.from({ length: 5 }, () => post({ ...wish, version: next.number }, key)),
    );
    expect(new Set(same.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const generations = (await registry.sent(subjects.promotionApproved))
      .map(({ data }) => promotionApprovedSchema.parse(data))
      .filter(({ model }) => model === 'rush')
      .map(({ generation }) => generation);
    expect(generations).toEqual([1, 2]);
  });

  it('ends as stale when the champion changes before the approval', async () => {
    await gate.model('overtaken');
    const direct = policyText('overtaken', '{ production: {} }');
    const through = policyText('overtaken', '{ staging: { approvals: 1 }, production: {} }');
    const slow = await gate.version('overtaken');
    await gate.evaluated('overtaken', slow.number, 'pass', through);
    const asked = await gate.promote('overtaken', slow.number, 'staging');
    // Meanwhile another version takes production, with which the verdict has not compared.
    const fast = await gate.version('overtaken');
    await gate.evaluated('overtaken', fast.number, 'pass', direct);
    const overtaking = await gate.promote('overtaken', fast.number, 'production');
    await approve(overtaking.id, 'paul');
    await gate.deployed(overtaking);

    const late = await approve(asked.id, 'maria');
    expect([late.status, late.body.code]).toEqual([409, 'verdict_stale']);
    expect(await reload(asked.id)).toMatchObject({
      state: 'stale',
      problem: { code: 'verdict_stale' },
      approvals: [],
    });
    expect((await approve(asked.id, 'maria')).body.code).toBe('conflict');
    const again = await post({ model: 'overtaken', version: slow.number, environment: 'staging' });
    expect([again.status, again.body.code]).toEqual([409, 'verdict_stale']);
  });

  it('can be rejected, once, with a reason', async () => {
    const asked = await waiting('unwanted');
    const reject = (headers = {}) =>
      registry.call('POST', `/promotions/${asked.id}/rejection`, {
        json: { comment: 'not before the holidays' },
        as: 'paul',
        headers,
      });
    expect((await reject({ 'if-match': '"7"' })).status).toBe(412);
    expect((await reject()).body).toMatchObject({
      state: 'rejected',
      problem: { code: 'rejected', detail: 'paul rejected it: not before the holidays' },
    });
    expect((await reject()).status).toBe(409);
    expect((await approve(asked.id, 'maria')).status).toBe(409);
  });
});
