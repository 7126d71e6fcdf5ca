import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SluiceError, subjects, toProblem, type Promotion } from '@sluice/contracts';
import { Gate } from '../testing/gate.fixture.js';
import { TestRegistry } from '../testing/test-registry.js';

describe('rollouts', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
  });
  afterAll(() => registry.close());

  it('has one effect of the deployer’s word, however often it comes', async () => {
    await gate.model('repeated');
    const { number } = await gate.version('repeated');
    await gate.evaluated('repeated', number);
    const asked = await gate.promote('repeated', number, 'staging');
    const done = { promotion: asked.id, artifactDigest: asked.artifactDigest, url: 'http://x' };
    const id = randomUUID();
    for (let i = 0; i < 5; i += 1) await registry.publish(subjects.deploymentSucceeded, done, id);
    await registry.publish(subjects.deploymentSucceeded, done);
    const problem = toProblem(new SluiceError('internal', 'late'));
    await registry.publish(subjects.deploymentFailed, { promotion: asked.id, problem });
    await gate.finishedPromotion(asked.id);
    await gate.staged('repeated');
    expect((await registry.call('GET', `/promotions/${asked.id}`)).body.state).toBe('succeeded');
    const { body } = await registry.call('GET', '/models/repeated/environments/staging');
    expect(body.revision).toBe(2);
  });

  it('fails with the deployer’s problem, and when something else runs than was approved', async () => {
    await gate.model('unlucky');
    const { number } = await gate.version('unlucky');
    await gate.evaluated('unlucky', number);
    const problem = toProblem(new SluiceError('timed_out', 'The server did not become ready.'));
    const first = await gate.promote('unlucky', number, 'staging');
    await registry.publish(subjects.deploymentFailed, { promotion: first.id, problem });
    expect(await gate.finishedPromotion(first.id)).toMatchObject({ state: 'failed', problem });

    const second = await gate.promote('unlucky', number, 'staging');
    const other = `sha256:${'0'.repeat(64)}`;
    const failed = await gate.deployed({ ...second, artifactDigest: other });
    expect([failed.state, failed.problem?.code]).toEqual(['failed', 'digest_mismatch']);
    const nothing = await registry.call('GET', '/models/unlucky/environments/staging');
    expect(nothing.status).toBe(404);
  });

  it('lists them newest first, by model, environment and state', async () => {
    const { body } = await registry.call(
      'GET',
      '/promotions?model=unlucky&environment=staging&state=failed',
    );
    expect(body.items.map(({ state }: Promotion) => state)).toEqual(['failed', 'failed']);
    expect((await registry.call('GET', '/promotions?limit=1')).body.next).not.toBeNull();
    expect((await registry.call('GET', '/promotions?state=approved')).status).toBe(400);
    expect((await registry.call('GET', '/environments')).body.items).toEqual([
      { name: 'staging', approvals: 0 },
      { name: 'production', approvals: 1 },
    ]);
  });
});
