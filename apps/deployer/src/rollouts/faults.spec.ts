import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { subjects } from '@sluice/contracts';
import { call } from '../gateway.fixture.js';
import { startDeployer } from '../start-deployer.js';
import { stubVersion, writeStubServer } from '../stub-server.fixture.js';
import { modelServersOf, World, type Outcome } from '../world.fixture.js';

describe('a rollout to a server that misbehaves', () => {
  let world: World;
  let stub: string;
  let app: NestFastifyApplication;
  let url: string;
  let key: string;

  beforeAll(async () => {
    stub = await writeStubServer();
    world = await World.create('deployer_faults_test');
    key = world.registry.createKey('predictor', 'predictor');
    const started = await startDeployer(
      world.configuration({ SLUICE_MODEL_SERVER: stub, SLUICE_ROLLOUT_TIMEOUT_SECONDS: '2' }),
    );
    ({ app } = started);
    url = `${started.url}/production/v2/models/adder/infer`;
    expect((await rollOut(1)).subject).toBe(subjects.deploymentSucceeded);
  });

  afterAll(async () => {
    await app?.close();
    await world?.destroy();
    await rm(dirname(stub), { recursive: true });
  });

  const rollOut = async (version: number): Promise<Outcome> => {
    const artifact = world.registry.store(Buffer.from(`the bytes of version ${version}`));
    const promotion = world.promotion(artifact, version);
    await world.approve(promotion);
    return (await world.outcomesOf(promotion.promotion))[0]!;
  };
  const servedVersion = async () => {
    const answer = await call(url, { key, body: '{}' });
    return [answer.status, answer.headers['x-sluice-version']];
  };

  it('believes what the server answers, not what it printed', async () => {
    const { subject, data } = await rollOut(stubVersion.lies);
    expect(subject).toBe(subjects.deploymentFailed);
    expect(data.problem.code).toBe('digest_mismatch');
    expect(data.problem.detail).toMatch(/reports the artifact sha256:0+; sha256:\w+ was promoted/);
    expect(await servedVersion()).toEqual([200, '1']);
  });

  it('gives up one that is not ready in time', async () => {
    const { data } = await rollOut(stubVersion.neverReady);
    expect(data.problem.code).toBe('timed_out');
    expect(data.problem.detail).toBe(
      'Version 14 was not ready within 2 s; the time ended while its model server was starting.',
    );
    expect(await servedVersion()).toEqual([200, '1']);
  });

  it('gives the traffic back if it dies as soon as it has traffic', async () => {
    const lasting = call(url, { key, body: '{}', headers: { 'x-delay': '3000' } });
    await pause(50);
    const { data } = await rollOut(stubVersion.diesWithTraffic);
    expect(data.problem.code).toBe('unavailable');
    expect(data.problem.detail).toMatch(/ended with code 70\. Its last words:\nout of memory/);
    expect(await servedVersion()).toEqual([200, '1']);
    expect((await lasting).status).toBe(200);
  });

  it('leaves no server of a failed rollout behind', async () => {
    expect(await modelServersOf(process.pid)).toHaveLength(1);
  });
});
