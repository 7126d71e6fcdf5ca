import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { call } from '../gateway.fixture.js';
import { serviceKey } from '../registry.fixture.js';
import { startDeployer } from '../start-deployer.js';
import { stubVersion, writeStubServer } from '../stub-server.fixture.js';
import { until, World } from '../world.fixture.js';
import { Traffic } from './traffic.js';

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly env: Record<string, string>;
  readonly size: number;
}

const mebibyte = 1024 * 1024;

describe('the gateway, before a server that tells what reached it', () => {
  let world: World;
  let stub: string;
  let app: NestFastifyApplication;
  let models: string;
  let key: string;

  beforeAll(async () => {
    stub = await writeStubServer();
    world = await World.create('deployer_gateway_test');
    key = world.registry.createKey('predictor', 'predictor');
    const started = await startDeployer(world.configuration({ SLUICE_MODEL_SERVER: stub }));
    ({ app } = started);
    models = `${started.url}/production/v2/models`;
    for (const [model, version] of [
      ['echo', 7],
      ['broken', stubVersion.breaksOff],
    ] as const) {
      const artifact = world.registry.store(Buffer.from(model));
      const promotion = world.promotion(artifact, version, { model });
      await world.approve(promotion);
      await world.outcomesOf(promotion.promotion);
    }
  });

  afterAll(async () => {
    await app?.close();
    await world?.destroy();
    await rm(dirname(stub), { recursive: true });
  });

  const echo = async (path: string, more: Parameters<typeof call>[1] = {}) => {
    const answer = await call(`${models}/echo${path}`, { key, ...more });
    return { ...answer, echo: JSON.parse(answer.text) as Echo };
  };

  it("gives the server its own token and neither the client's key nor its connection's headers", async () => {
    const { headers, echo: got } = await echo('/infer', {
      body: '{"inputs":[]}',
      headers: {
        cookie: 'a=b',
        connection: 'keep-alive, x-private',
        'x-private': 'secret',
        'proxy-authorization': 'Basic secret',
        'x-correlation-id': 'trace-1',
        'x-mine': 'kept',
      },
    });
    expect(got.url).toBe('/v2/models/echo/infer');
    expect(got.headers['authorization']).toMatch(/^Bearer [0-9a-f]{64}$/);
    expect(JSON.stringify(got.headers)).not.toContain(key);
    expect(got.headers).toMatchObject({ 'x-mine': 'kept', 'x-correlation-id': 'trace-1' });
    expect(Object.keys(got.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(cookie|x-private|proxy-authorization)$/)]),
    );
    expect(headers).toMatchObject({ 'x-sluice-version': '7', 'x-correlation-id': 'trace-1' });
    expect(headers['x-sluice-artifact-digest']).toMatch(/^sha256:/);
    expect(headers['keep-alive']).not.toBe('timeout=99');
  });

  it("gives the server none of the deployer's secrets", async () => {
    const { env } = (await echo('/infer', { body: '{}' })).echo;
    const text = JSON.stringify(env);
    expect(text).not.toContain(serviceKey);
    expect(text).not.toMatch(/postgres|nats:/);
    expect(Object.keys(env).filter((name) => !name.startsWith('SLUICE_'))).toEqual(
      expect.not.arrayContaining(['DATABASE_URL', 'TEST_DATABASE_URL', 'HOME']),
    );
  });

  it('passes paths on as it understood them', async () => {
    expect((await echo('?x=1')).echo.url).toBe('/v2/models/echo');
    expect((await echo('/versions/7/ready')).echo.url).toBe('/v2/models/echo/versions/7/ready');
    expect((await call(`${models}/echo%2f..%2fx/infer`, { key, body: '{}' })).status).toBe(404);
    expect((await call(`${models}/echo/../../../../livez`, { key })).status).not.toBe(500);
  });

  it('passes bodies on as streams, of a known length or not, up to 8 MiB', async () => {
    const large = Buffer.alloc(7 * mebibyte);
    expect((await echo('/infer', { body: large })).echo.size).toBe(large.byteLength);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect((await echo('/infer', { body: large, headers: chunked })).echo.size).toBe(
      large.byteLength,
    );
    expect((await echo('/infer', { method: 'POST' })).echo.size).toBe(0);
    expect((await echo('', { method: 'GET', headers: { 'content-length': '0' } })).echo.size).toBe(
      0,
    );

    const tooLarge = Buffer.alloc(9 * mebibyte);
    for (const headers of [{}, chunked]) {
      const answer = await call(`${models}/echo/infer`, { key, body: tooLarge, headers }).catch(
        // The connection is cut under a client that goes on sending; it may see that before the answer.
        (error: NodeJS.ErrnoException) => ({ status: error.code }),
      );
      expect([413, 'EPIPE', 'ECONNRESET']).toContain(answer.status);
    }
    expect((await echo('/infer', { body: '{}' })).status).toBe(200);
  });

  it('sends an inference once, even if the server broke off', async () => {
    expect(await call(`${models}/broken/infer`, { key, body: '{}' })).toMatchObject({
      status: 503,
      text: expect.stringContaining('whether it had taken the request is not known'),
    });
  });

  it('forgets a request whose client has left', async () => {
    const lane = app.get(Traffic).find('production', 'echo')!;
    const asked = request(`${models}/echo/infer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'x-delay': '20000' },
    });
    asked.on('error', () => undefined);
    asked.end('{}');
    await until(async () => !(await lane.idle(lane.current!, 1)));
    asked.destroy();
    expect(await lane.idle(lane.current!, 2000)).toBe(true);
  });

  it('asks the registry once for many requests, and not again for a while', async () => {
    const busy = world.registry.createKey('busy', 'predictor');
    const before = world.registry.questions;
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => call(`${models}/echo/ready`, { key: busy })),
    );
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200]));
    expect(world.registry.questions).toBe(before + 1);
  });

  it('lets known keys work while the registry is away, and no others', async () => {
    await world.registry.stopAnswering();
    expect((await call(`${models}/echo/ready`, { key })).status).toBe(200);
    const fresh = world.registry.createKey('fresh', 'predictor');
    expect(await call(`${models}/echo/ready`, { key: fresh })).toMatchObject({
      status: 503,
      headers: { 'retry-after': '2' },
    });
    await world.registry.startAnswering(world.nats.url);
    await until(async () => (await call(`${models}/echo/ready`, { key: fresh })).status === 200);
  });
});
