import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { subjects } from '@sluice/contracts';
import { call, type GatewayAnswer } from './gateway.fixture.js';
import { adds, inferenceOf, slow, slowInferenceOf } from './models.fixture.js';
import { startDeployer } from './start-deployer.js';
import { modelServersOf, until, World } from './world.fixture.js';

describe('a deployer, with real model servers', () => {
  let world: World;
  let app: NestFastifyApplication;
  let gateway: string;
  let key: string;

  beforeAll(async () => {
    world = await World.create('deployer_test');
    key = world.registry.createKey('predictor', 'predictor');
    const started = await startDeployer(
      world.configuration({ SLUICE_ROLLOUT_TIMEOUT_SECONDS: '15' }),
    );
    ({ app } = started);
    gateway = `${started.url}/production`;
  });

  afterAll(async () => {
    await app?.close();
    await world?.destroy();
  });

  const infer = (model = 'adder', body = inferenceOf(1)): Promise<GatewayAnswer> =>
    call(`${gateway}/v2/models/${model}/infer`, { key, body });
  const answerOf = ({ text }: GatewayAnswer): number =>
    (JSON.parse(text) as { outputs: { data: number[] }[] }).outputs[0]!.data[0]!;
  const rollOut = async (model: Buffer, version: number, more: object = {}) => {
    const artifact = world.registry.store(model);
    const promotion = world.promotion(artifact, version, more);
    await world.approve(promotion);
    const [outcome] = await world.outcomesOf(promotion.promotion);
    return { promotion, artifact, outcome: outcome! };
  };

  it('says 404 of what was never deployed', async () => {
    expect(await infer('nobody')).toMatchObject({
      status: 404,
      text: '{"error":"production has no model nobody."}',
    });
  });

  it('rolls out a first version and tells of it', async () => {
    const { promotion, artifact, outcome } = await rollOut(adds(1), 1);

    expect(outcome).toEqual({
      subject: subjects.deploymentSucceeded,
      data: { promotion: promotion.promotion, artifactDigest: artifact.digest, url: gateway },
    });
    const answer = await infer();
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-sluice-artifact-digest': artifact.digest, 'x-sluice-version': '1' },
    });
    expect(answerOf(answer)).toBe(2);
    expect(await world.deployments()).toEqual([
      {
        model: 'adder',
        environment: 'production',
        target: 'local',
        version: 1,
        artifactDigest: artifact.digest,
        desiredVersion: 1,
        desiredArtifactDigest: artifact.digest,
        state: 'live',
        detail: 'Version 1 serves.',
        url: gateway,
      },
    ]);
    expect(
      world.progress
        .filter((step) => step.promotion === promotion.promotion)
        .map(({ detail }) => detail),
    ).toEqual([
      'Fetching the artifact of version 1.',
      'Starting a model server for version 1.',
      'Checking what the new model server serves.',
      'Traffic moves to version 1.',
      'All traffic goes to version 1.',
    ]);
  });

  it('answers metadata, readiness and versions in the terms of the protocol', async () => {
    const get = (path: string) => call(`${gateway}/v2${path}`, { key });
    expect(JSON.parse((await get('')).text)).toEqual({
      name: 'sluice-gateway',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      extensions: [],
    });
    expect(await get('/health/live')).toMatchObject({ status: 200, text: '{"live":true}' });
    expect(await get('/health/ready')).toMatchObject({ status: 200, text: '{"ready":true}' });
    expect(JSON.parse((await get('/models/adder')).text)).toMatchObject({
      name: 'adder',
      versions: ['1'],
    });
    expect(await get('/models/adder/versions/1/ready')).toMatchObject({ status: 200 });
    expect(await get('/models/adder/versions/2')).toMatchObject({
      status: 404,
      text: '{"error":"production serves version 1 of adder, and not 2."}',
    });
    expect(await call(`${gateway}/v2/models/adder`, { key, method: 'HEAD' })).toMatchObject({
      status: 200,
      text: '',
    });
    expect(
      await call(gateway.replace('production', 'mars') + '/v2/health/ready', { key }),
    ).toMatchObject({ status: 404 });
  });

  it('swaps versions under load without a failed request, and never goes back and forth', async () => {
    const answers: number[] = [];
    let polling = true;
    const poll = async () => {
      while (polling) {
        const answer = await infer();
        // A failure is kept as what no version answers.
        answers.push(answer.status === 200 ? answerOf(answer) : -answer.status);
      }
    };
    const pollers = Array.from({ length: 4 }, poll);

    const { outcome } = await rollOut(adds(2), 2);
    await pause(200);
    polling = false;
    await Promise.all(pollers);

    expect(outcome.subject).toBe(subjects.deploymentSucceeded);
    expect(new Set(answers)).toEqual(new Set([2, 3]));
    expect(answers.length).toBeGreaterThan(50);
    // Answers of requests that ran side by side may be noted in either order, by one for each other poller.
    const first = answers.indexOf(3);
    expect(answers.slice(first + 4)).not.toContain(2);
    expect(answerOf(await infer())).toBe(3);
  });

  it('lets a request that is being answered end before it stops the old server', async () => {
    await rollOut(slow(), 1, { model: 'slow' });
    let answered = false;
    const slowAnswer = infer('slow', slowInferenceOf(2800)).finally(() => (answered = true));
    const artifact = world.registry.store(adds(5));
    const promotion = world.promotion(artifact, 2, { model: 'slow' });
    await world.approve(promotion);

    await until(async () => {
      const answer = await infer('slow');
      return answer.status === 200 && answerOf(answer) === 6;
    });
    expect(answered).toBe(false);
    expect((await slowAnswer).status).toBe(200);
    const [outcome] = await world.outcomesOf(promotion.promotion);
    expect(outcome?.subject).toBe(subjects.deploymentSucceeded);
  });

  it('keeps the old version when the new one can not start, and says why', async () => {
    const { outcome } = await rollOut(Buffer.from('this is no ONNX model'), 3);

    expect(outcome).toMatchObject({
      subject: subjects.deploymentFailed,
      data: { problem: { code: 'invalid_artifact', status: 400 } },
    });
    expect(outcome.data.problem.detail).toMatch(/ended with code 1\. Its last words:\n.+/);
    expect(answerOf(await infer())).toBe(3);
    const deployment = (await world.deployments()).find(({ model }) => model === 'adder');
    expect(deployment).toMatchObject({ version: 2, desiredVersion: 2, state: 'failed' });
    expect(deployment?.detail).toMatch(/^Version 3 failed: The model server ended with code 1/);
  });

  it('refuses bytes that are not what was approved', async () => {
    const damaged = world.registry.store(adds(7), Buffer.from(adds(8)));
    const promotion = world.promotion(damaged, 4);
    await world.approve(promotion);
    const [byBytes] = await world.outcomesOf(promotion.promotion);
    expect(byBytes).toMatchObject({ subject: subjects.deploymentFailed });
    expect(byBytes?.data.problem.code).toMatch(/^(corrupt|digest_mismatch)$/);

    const other = world.registry.store(adds(9));
    const forged = world.promotion({ ...other, digest: damaged.digest }, 4);
    await world.approve(forged);
    const [byManifest] = await world.outcomesOf(forged.promotion);
    expect(byManifest?.data.problem.code).toBe('invalid_artifact');
    expect(answerOf(await infer())).toBe(3);
  });

  it('has one effect of an event that comes five times, and answers each', async () => {
    const artifact = world.registry.store(adds(10));
    const promotion = world.promotion(artifact, 5);
    for (let time = 0; time < 5; time += 1) await world.approve(promotion);
    await world.outcomesOf(promotion.promotion);
    await pause(500);
    const told = world.outcomes.filter(({ data }) => data.promotion === promotion.promotion);
    expect(new Set(told.map(({ subject }) => subject))).toEqual(
      new Set([subjects.deploymentSucceeded]),
    );
    const starts = world.progress.filter(
      ({ promotion: id, detail }) => id === promotion.promotion && detail.startsWith('Starting'),
    );
    expect(starts).toHaveLength(1);

    await world.approve(promotion);
    expect(await world.outcomesOf(promotion.promotion, told.length + 1)).toHaveLength(
      told.length + 1,
    );
  });

  it('ignores an older generation, and one as large of another promotion', async () => {
    const { promotion } = await rollOut(adds(20), 6);
    for (const generation of [promotion.generation - 1, promotion.generation]) {
      const artifact = world.registry.store(adds(30));
      const older = world.promotion(artifact, 3, { generation });
      await world.approve(older);
      const [outcome] = await world.outcomesOf(older.promotion);
      expect(outcome).toMatchObject({
        subject: subjects.deploymentFailed,
        data: { problem: { code: 'conflict' } },
      });
      expect(outcome?.data.problem.detail).toMatch(/superseded/);
    }
    expect(answerOf(await infer())).toBe(21);
  });

  it('gives up a rollout for a newer one', async () => {
    const missing = world.registry.store(Buffer.from('stored, and then lost'));
    const older = world.promotion(missing, 7);
    await world.registry.whileSilent(async () => {
      await world.approve(older);
      await until(() => world.progress.some(({ promotion }) => promotion === older.promotion));
      const newer = world.promotion(world.registry.store(adds(40)), 8);
      await world.approve(newer);
      const [given] = await world.outcomesOf(older.promotion);
      expect(given?.data.problem).toMatchObject({ code: 'conflict' });
    });
    await until(async () => answerOf(await infer()) === 41, 15_000);
  });

  it('starts a server that died again, and answers 503 with Retry-After meanwhile', async () => {
    const version = (await infer()).headers['x-sluice-version'];
    for (const { pid } of await modelServersOf(process.pid)) process.kill(pid, 'SIGKILL');
    // Until its end is noticed, requests meet a closed port.
    await until(async () => (await infer()).text.includes('is down'));
    expect(await infer()).toMatchObject({
      status: 503,
      headers: { 'retry-after': expect.any(String) },
      text: '{"error":"adder is down and will be started again within 1 s."}',
    });
    expect((await world.deployments()).find(({ model }) => model === 'adder')).toMatchObject({
      version: null,
      artifactDigest: null,
      state: 'starting',
      detail: 'adder is down and will be started again within 1 s.',
    });
    expect((await call(`${gateway}/v2/health/ready`, { key })).status).toBe(503);

    await until(async () => (await infer()).status === 200, 15_000);
    expect((await infer()).headers['x-sluice-version']).toBe(version);
  });

  it('goes on after it lost every connection to its database', async () => {
    await world.dropDatabaseConnections();
    const { outcome } = await rollOut(adds(50), 9);
    expect(outcome.subject).toBe(subjects.deploymentSucceeded);
    expect(answerOf(await infer())).toBe(51);
  });

  it('lets nobody in without a key of the right role', async () => {
    const url = `${gateway}/v2/models/adder/infer`;
    const reader = world.registry.createKey('reader', 'reader');
    const body = inferenceOf(1);
    expect(await call(url, { body })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="sluice"' },
    });
    expect((await call(url, { body, key: 'slk_unknown' })).status).toBe(401);
    expect((await call(url, { body, key: reader })).status).toBe(403);
    for (const path of ['', '/health/live', '/health/ready', '/models/adder', '/models/x/ready'])
      expect((await call(`${gateway}/v2${path}`)).status).toBe(401);
    expect((await call(url, { body, key, headers: { host: 'evil.example' } })).status).toBe(421);
  });
});
