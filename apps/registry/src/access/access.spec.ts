import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { roleSchema, type Role } from '@sluice/contracts';
import { TestRegistry } from '../testing/test-registry.js';

/** Who may do what, written down a second time on purpose: a route that is opened by mistake shows here. */
const matrix: Record<string, Role[]> = {
  'POST /models': ['contributor'],
  'GET /models': ['reader', 'contributor', 'approver', 'admin'],
  'GET /models/:model': ['reader', 'contributor', 'approver', 'admin'],
  'POST /models/:model/versions': ['contributor'],
  'GET /models/:model/versions': ['reader', 'contributor', 'approver', 'admin'],
  'GET /models/:model/versions/:number': ['reader', 'contributor', 'approver', 'admin'],
  'PUT /blobs/:digest': ['contributor'],
  'HEAD /blobs/:digest': ['reader', 'contributor', 'service'],
  'GET /blobs/:digest': ['reader', 'contributor', 'service'],
  'POST /datasets': ['contributor'],
  'GET /datasets': ['reader', 'contributor', 'approver', 'admin'],
  'GET /datasets/:digest': ['reader', 'contributor', 'approver', 'admin'],
  'POST /evaluations': ['contributor'],
  'GET /evaluations': ['reader', 'contributor', 'approver', 'admin'],
  'GET /evaluations/:id': ['reader', 'contributor', 'approver', 'admin'],
  'POST /evaluations/:id/cancel': ['contributor', 'admin'],
  'POST /promotions': ['contributor'],
  'GET /promotions': ['reader', 'contributor', 'approver', 'admin'],
  'GET /promotions/:id': ['reader', 'contributor', 'approver', 'admin'],
  'POST /promotions/:id/approvals': ['approver'],
  'POST /promotions/:id/rejection': ['approver'],
  'GET /environments': ['reader', 'contributor', 'approver', 'admin'],
  'GET /models/:model/environments': ['reader', 'contributor', 'approver', 'admin'],
  'GET /models/:model/environments/:environment': ['reader', 'contributor', 'approver', 'admin'],
  'GET /deployments': ['reader', 'contributor', 'approver', 'admin'],
  'POST /keys': ['admin'],
  'GET /keys': ['admin'],
  'DELETE /keys/:id': ['admin'],
  'GET /audit': ['admin'],
  'GET /openapi.json': ['reader', 'contributor', 'approver', 'admin'],
};

const filled = (path: string): string =>
  path
    .replace(':digest', `sha256:${'0'.repeat(64)}`)
    .replace(':model', 'nothing')
    .replace(':number', '1')
    .replace(':environment', 'staging')
    .replace(':id', '00000000-0000-4000-8000-000000000000');

describe('access', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    for (const role of roleSchema.options)
      await registry.addKey({ name: `only-${role}`, kind: 'person', roles: [role] });
  });
  afterAll(() => registry.close());

  /** With headers that fetch does not let a caller set. */
  const statusOf = (headers: Record<string, string>, path = '/api/v1/models'): Promise<number> =>
    new Promise((resolve, reject) => {
      const url = new URL(path, registry.url);
      const authorization = `Bearer ${registry.admin}`;
      httpRequest(url, { headers: { authorization, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('lets nobody in without a key, on any route that the server knows', async () => {
    expect(registry.routes.length).toBeGreaterThan(40);
    const open: string[] = [];
    for (const { method, url } of registry.routes)
      for (const path of [url, `${url}/`]) {
        const response = await fetch(`${registry.url}${filled(path)}`, { method });
        await response.arrayBuffer();
        const closed = response.status === 401 || (path.endsWith('/') && response.status === 404);
        if (!closed) open.push(`${method} ${path}`);
      }
    expect(open.toSorted()).toEqual(['GET /livez', 'GET /readyz', 'HEAD /livez', 'HEAD /readyz']);
  });

  it('knows the routes of the matrix and no others', () => {
    const served = registry.routes
      .filter(({ url }) => url.startsWith('/api/v1'))
      .map(({ method, url }) => `${method} ${url.replace('/api/v1', '')}`)
      .filter((route) => !route.startsWith('HEAD') || route === 'HEAD /blobs/:digest');
    expect(served.toSorted()).toEqual(Object.keys(matrix).toSorted());
  });

  it.each(Object.entries(matrix))('%s is for %j and nobody else', async (route, allowed) => {
    const [method = '', path = ''] = route.split(' ');
    const answers = await Promise.all(
      roleSchema.options.map(async (role) => {
        const { status } = await registry.call(method, filled(path), { as: `only-${role}` });
        return [role, status === 403 ? 'forbidden' : 'let in'];
      }),
    );
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(
        roleSchema.options.map((role) => [role, allowed.includes(role) ? 'let in' : 'forbidden']),
      ),
    );
  });

  it('takes a key only as it was given', async () => {
    for (const authorization of [
      'Bearer slk_0',
      'Basic YWRtaW46',
      `Bearer ${registry.admin}0`,
      `Bearer ${registry.admin.toUpperCase()}`,
      registry.admin,
    ])
      expect(await statusOf({ authorization })).toBe(401);
    expect(await statusOf({})).toBe(200);
  });

  it('answers only under its own host names, and no page of another origin', async () => {
    expect(await statusOf({ host: 'rebind.example' })).toBe(421);
    expect(await statusOf({ host: '127.0.0.1.example:80' })).toBe(421);
    expect(await statusOf({ host: 'rebind.example' }, '/livez')).toBe(421);
    expect(await statusOf({ origin: 'https://evil.example' })).toBe(403);
    expect(await statusOf({ origin: 'null' })).toBe(403);
    expect(await statusOf({ origin: registry.url })).toBe(200);
  });

  it.each(Object.keys(matrix).filter((route) => route.startsWith('POST')))(
    '%s refuses fields that it does not know, and media types that are not JSON',
    async (route) => {
      const path = filled(route.split(' ')[1] ?? '');
      const json = { status: 'approved', roles: ['admin'] };
      const unknown = await registry.call('POST', path, { json });
      expect([unknown.status, unknown.body.code]).toEqual([400, 'invalid_request']);
      for (const type of [
        'application/x-www-form-urlencoded',
        'text/plain',
        'application/octet-stream',
      ]) {
        const other = await registry.call('POST', path, {
          bytes: Buffer.from('name=a'),
          headers: { 'content-type': type },
        });
        expect([other.status, other.body.code]).toEqual([415, 'unsupported_media_type']);
      }
    },
  );

  it('refuses text that cannot be stored, and JSON that is none', async () => {
    for (const description of ['a\0b', '\ud800']) {
      const { status } = await registry.call('POST', '/models', {
        json: { name: 'broken-text', description },
      });
      expect(status).toBe(400);
    }
    const headers = { 'content-type': 'application/json' };
    const bytes = Buffer.from('{"name":');
    expect((await registry.call('POST', '/models', { bytes, headers })).status).toBe(400);
    const poison = Buffer.from('{"__proto__":{"a":1},"name":"x"}');
    expect((await registry.call('POST', '/models', { bytes: poison, headers })).status).toBe(400);
  });

  it('says what is not there, and keeps its inside to itself', async () => {
    const { status, body, headers } = await registry.call('GET', '/no-such-route');
    expect([status, body.code]).toEqual([404, 'not_found']);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect((await registry.call('GET', '/models/%zz')).status).toBe(400);
    expect((await registry.call('GET', '/models/..%2f..%2fetc')).status).toBe(400);
  });

  it('tells callers of a broker that does not answer for the deployer', async () => {
    const { status, body } = await registry.call('GET', '/deployments?model=credit-risk');
    expect([status, body.code]).toEqual([503, 'unavailable']);
  });
});
