import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance, HTTPMethods, InjectOptions, RouteOptions } from 'fastify';
import { InferenceSession } from './inference/inference-session.js';
import {
  classifierModel,
  classify,
  startBuiltWorker,
  token,
  writeArtifact,
  type ArtifactOnDisk,
} from './model-server.fixture.js';
import type { Serving } from './protocol/open-inference.routes.js';
import { createServer } from './server.js';

/* The HTTP side in this process, with the real runtime in the real worker. */
let artifact: ArtifactOnDisk;
let session: InferenceSession;
let serving: Serving;
let app: FastifyInstance;
const routes: RouteOptions[] = [];
const model = { name: 'tiny', version: '7' };
const authorized = { authorization: `Bearer ${token}` };

beforeAll(async () => {
  artifact = await writeArtifact({ 'model.onnx': classifierModel() });
  session = await InferenceSession.load(
    artifact,
    { workers: 1, threads: 1, queue: 8, timeoutMs: 5_000 },
    startBuiltWorker,
  );
  serving = { model, predictor: session, draining: false };
  app = createServer(serving, token);
  app.addHook('onRoute', (route) => void routes.push(route));
  await app.ready();
});
afterAll(async () => {
  await app.close();
  await session.close();
  await artifact.remove();
});

const call = (options: InjectOptions) =>
  app.inject({ ...options, headers: { ...authorized, ...options.headers } });
const infer = (
  payload: unknown,
  path = '/v2/models/tiny/infer',
  headers: Record<string, string> = { 'content-type': 'application/json' },
) =>
  call({
    method: 'POST',
    url: path,
    headers,
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });

describe('routes', () => {
  it('are those of Open Inference Protocol v2, and no others', () => {
    const served = routes.flatMap(({ method, url }) =>
      [method].flat().map((each) => `${each} ${url}`),
    );
    const models = ['/v2/models/:model', '/v2/models/:model/versions/:version'];
    const gets = [
      '/v2',
      '/v2/health/live',
      '/v2/health/ready',
      ...models.flatMap((path) => [path, `${path}/ready`]),
    ];
    expect(served.sort()).toEqual(
      [
        ...gets.flatMap((url) => [`GET ${url}`, `HEAD ${url}`]),
        ...models.map((url) => `POST ${url}/infer`),
      ].sort(),
    );
  });

  it('describe the server, the model and what is really loaded', async () => {
    expect((await call({ url: '/v2' })).json()).toEqual({
      name: 'sluice-model-server',
      version: expect.any(String),
      extensions: [],
    });
    for (const url of ['/v2/models/tiny', '/v2/models/tiny/versions/7']) {
      const answer = await call({ url });
      expect(answer.headers['x-sluice-artifact-digest']).toBe(artifact.digest);
      expect(answer.json()).toEqual({
        name: 'tiny',
        versions: ['7'],
        platform: 'onnx_onnxv1',
        inputs: [
          { name: 'a', datatype: 'FP32', shape: [-1, 1] },
          { name: 'b', datatype: 'FP32', shape: [-1, 1] },
        ],
        outputs: [
          { name: 'label', datatype: 'BYTES', shape: [-1] },
          { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
        ],
        parameters: { artifact_digest: artifact.digest },
      });
    }
  });

  it('say that server and model are ready', async () => {
    expect((await call({ url: '/v2/health/live' })).json()).toEqual({ live: true });
    expect((await call({ url: '/v2/health/ready' })).json()).toEqual({ ready: true });
    for (const url of ['/v2/models/tiny/ready', '/v2/models/tiny/versions/7/ready']) {
      expect((await call({ url })).json()).toEqual({ name: 'tiny', ready: true });
    }
  });

  it('say that they are not ready while loading or draining, live as they are', async () => {
    for (const state of [
      { model, predictor: null, draining: false },
      { model, predictor: session, draining: true },
    ]) {
      const other = createServer(state, token);
      for (const url of ['/v2/health/ready', '/v2/models/tiny/ready']) {
        const answer = await other.inject({ url, headers: authorized });
        expect([answer.statusCode, answer.json()]).toEqual([
          503,
          expect.objectContaining({ ready: false }),
        ]);
      }
      expect((await other.inject({ url: '/v2/health/live' })).statusCode).toBe(200);
      if (state.predictor === null) {
        const answer = await other.inject({
          method: 'POST',
          url: '/v2/models/tiny/infer',
          headers: authorized,
          payload: classify([1, 1]),
        });
        expect([answer.statusCode, answer.json()]).toEqual([
          503,
          { error: 'the model is still being loaded' },
        ]);
        expect(
          (await other.inject({ url: '/v2/models/tiny', headers: authorized })).statusCode,
        ).toBe(503);
      }
      await other.close();
    }
  });

  it.each([
    '/v2/models/other',
    '/v2/models/other/ready',
    '/v2/models/tiny/versions/6',
    '/v2/models/tiny/versions/6/ready',
    '/v2/models/tiny/versions/07',
    '/v3',
    '/v2/',
    '/v2/models/tiny/',
    '/v2/health',
    '/v2/models/%2e%2e%2fetc',
  ])('answer 404 in the protocol’s form to %s', async (url) => {
    const answer = await call({ url });
    expect([answer.statusCode, Object.keys(answer.json<object>())]).toEqual([404, ['error']]);
  });
});

describe('authentication', () => {
  const paths = (url: string) => url.replace(':model', 'tiny').replace(':version', '7');

  it('stands before every route but the live probe, and before those that do not exist', async () => {
    const all = routes.flatMap(({ method, url }) =>
      [method].flat().map((each) => ({ method: each as HTTPMethods, url: paths(url) })),
    );
    expect(all.length).toBeGreaterThanOrEqual(16);
    const elsewhere = (['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const).flatMap((method) =>
      [
        '/',
        '/v2/',
        '/v2/health/live/',
        '//v2',
        '/v2/models/tiny/',
        '/v2/models/x/infer',
        '/nothing',
      ].map((url) => ({ method, url })),
    );
    for (const { method, url } of [...all, ...elsewhere]) {
      const answer = await app.inject({ method: method as 'GET', url });
      const isPublic = url === '/v2/health/live' && (method === 'GET' || method === 'HEAD');
      expect([method, url, answer.statusCode]).toEqual([method, url, isPublic ? 200 : 401]);
      expect(answer.headers['x-sluice-artifact-digest']).toBeUndefined();
      if (!isPublic) expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    `Basic ${token}`,
    token,
    `Bearer ${token}x`,
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token.toUpperCase()}`,
    `Bearer ${token} ${token}`,
    'Bearer null',
  ])('refuses the authorization %j', async (authorization) => {
    const answer = await app.inject({ url: '/v2', headers: { authorization } });
    expect([answer.statusCode, answer.json()]).toEqual([
      401,
      { error: 'a valid bearer token is needed' },
    ]);
  });

  it('comes before the body is read', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/v2/models/tiny/infer',
      headers: { 'content-type': 'application/json' },
      payload: 'not json',
    });
    expect(answer.statusCode).toBe(401);
  });

  it('is left to the platform in front if there is no token', async () => {
    const anonymous = createServer(serving, null);
    expect((await anonymous.inject({ url: '/v2' })).statusCode).toBe(200);
    await anonymous.close();
  });
});

describe('infer', () => {
  const softmax = (a: number, b: number) => 1 / (1 + Math.exp(2 * (a + b)));

  it('runs the model, echoes the id and says which bytes answered', async () => {
    for (const path of ['/v2/models/tiny/infer', '/v2/models/tiny/versions/7/infer']) {
      const answer = await infer({ id: 'r-1', ...classify([0.5, 0.25], [-1, -1]) }, path);
      expect(answer.headers['x-sluice-artifact-digest']).toBe(artifact.digest);
      const { outputs, ...rest } = answer.json<{ outputs: { data: number[] }[] }>();
      expect(rest).toEqual({
        model_name: 'tiny',
        model_version: '7',
        id: 'r-1',
        parameters: { artifact_digest: artifact.digest },
      });
      expect(outputs[0]).toEqual({
        name: 'label',
        datatype: 'BYTES',
        shape: [2],
        data: ['good', 'bad'],
      });
      expect(outputs[1]).toMatchObject({ name: 'probabilities', datatype: 'FP32', shape: [2, 2] });
      const expected = [
        softmax(0.5, 0.25),
        1 - softmax(0.5, 0.25),
        softmax(-1, -1),
        1 - softmax(-1, -1),
      ];
      outputs[1]!.data.forEach((value, index) =>
        expect(Math.abs(value - expected[index]!)).toBeLessThan(4 * 2 ** -23),
      );
    }
  });

  it('answers without an id to a request without one, and only what was asked for', async () => {
    const answer = (await infer({ ...classify([1, 1]), outputs: [{ name: 'label' }] })).json<{
      outputs: unknown[];
    }>();
    expect(answer).not.toHaveProperty('id');
    expect(answer.outputs).toEqual([
      { name: 'label', datatype: 'BYTES', shape: [1], data: ['good'] },
    ]);
  });

  it('answers a batch of none', async () => {
    const answer = await infer(classify());
    expect(answer.json<{ outputs: object[] }>().outputs[1]).toEqual({
      name: 'probabilities',
      datatype: 'FP32',
      shape: [0, 2],
      data: [],
    });
  });

  it('carries a missing number into the model and its result back out', async () => {
    const request = classify([1, 1]);
    (request.inputs[0]!.data as unknown[]) = [null];
    const { outputs } = (await infer(request)).json<{ outputs: { data: unknown[] }[] }>();
    expect(outputs[1]!.data).toEqual(['NaN', 'NaN']);
  });

  it('explains unequal rows as the client’s fault, and only these', async () => {
    const request = { inputs: [classify([1, 1]).inputs[0], classify([1, 1], [2, 2]).inputs[1]] };
    const answer = await infer(request);
    expect([answer.statusCode, answer.json()]).toEqual([
      400,
      { error: expect.stringContaining('different numbers of rows ("a" has 1, "b" has 2)') },
    ]);
  });

  it.each([
    ['not json', 'application/json', 400],
    ['', 'application/json', 400],
    ['{"inputs":[],"__proto__":{}}', 'application/json', 400],
    ['{"inputs":[]}', 'application/json', 400],
    ['{"inputs":[]}', 'text/plain', 415],
    ['{"inputs":[]}', 'application/octet-stream', 415],
    ['a=1', 'application/x-www-form-urlencoded', 415],
    [' '.repeat(8 * 1024 * 1024 + 1), 'application/json', 413],
  ])('refuses a body of %.20j as %s with %i', async (body, type, status) => {
    const answer = await infer(body, undefined, { 'content-type': type });
    expect([answer.statusCode, Object.keys(answer.json<object>())]).toEqual([status, ['error']]);
  });

  it('answers 404 for another model or version before it looks at the body', async () => {
    for (const path of ['/v2/models/other/infer', '/v2/models/tiny/versions/8/infer'])
      expect((await infer({}, path)).statusCode).toBe(404);
  });
});
