import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authenticateReplySchema, queries, type ApiKey } from '@sluice/contracts';
import { QueryClient } from '@sluice/platform';
import { TestRegistry } from '../testing/test-registry.js';
import { sha256Of } from './api-key.store.js';

describe('API keys', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await TestRegistry.start();
  });
  afterAll(() => registry.close());

  const list = async (): Promise<ApiKey[]> => (await registry.call('GET', '/keys')).body.items;
  const ask = (sha256: string) =>
    registry.app.get(QueryClient).ask(queries.authenticate, { sha256 }, authenticateReplySchema);

  it('are shown once and stored as no more than their hash', async () => {
    const { secret, ...key } = await registry.addKey({
      name: 'ci',
      kind: 'machine',
      roles: ['contributor'],
    });
    expect(secret).toMatch(/^slk_[0-9a-f]{64}$/);
    expect(await list()).toContainEqual(key);
    const dump = JSON.stringify(
      await registry.sql(
        'SELECT * FROM api_key, audit_entry, idempotency FULL JOIN outbox ON true',
      ),
    );
    expect(dump).not.toContain(secret);
    const [row] = await registry.sql<{ sha256: string }>(
      "SELECT sha256 FROM api_key WHERE name = 'ci'",
    );
    expect(row?.sha256).toBe(sha256Of(secret));
  });

  it('give no machine the power to approve, and nobody a role twice or none', async () => {
    for (const json of [
      { name: 'bot', kind: 'machine', roles: ['approver'] },
      { name: 'bot', kind: 'machine', roles: [] },
      { name: 'bot', kind: 'machine', roles: ['reader', 'reader'] },
      { name: 'bot', kind: 'machine', roles: ['root'] },
      { name: 'sluice/registry', kind: 'person', roles: ['reader'] },
    ])
      expect((await registry.call('POST', '/keys', { json })).status).toBe(400);
  });

  it('work until they are revoked, and not after', async () => {
    const { id } = await registry.addKey({ name: 'guest', kind: 'person', roles: ['reader'] });
    expect((await registry.call('GET', '/models', { as: 'guest' })).status).toBe(200);
    expect((await registry.call('DELETE', `/keys/${id}`)).status).toBe(204);
    expect((await registry.call('DELETE', `/keys/${id}`)).status).toBe(204);
    expect((await registry.call('GET', '/models', { as: 'guest' })).status).toBe(401);
    expect((await list()).find((key) => key.id === id)?.revokedAt).not.toBeNull();
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await registry.call('DELETE', `/keys/${unknown}`)).status).toBe(404);
  });

  it('leave one admin, even if two revoke each other at once', async () => {
    const other = await registry.addKey({ name: 'other', kind: 'person', roles: ['admin'] });
    const first = (await list()).find(({ name }) => name === 'admin') as ApiKey;
    const answers = await Promise.all([
      registry.call('DELETE', `/keys/${other.id}`, { as: 'admin' }),
      registry.call('DELETE', `/keys/${first.id}`, { as: 'other' }),
    ]);
    const statuses = answers.map(({ status }) => status);
    // The loser is told so, or is nobody any more by the time it asks.
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    const left = statuses[0] === 204 ? 'admin' : 'other';
    const last = statuses[0] === 204 ? first.id : other.id;
    const refused = await registry.call('DELETE', `/keys/${last}`, { as: left });
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
  });

  it('are told to the other services by their hash, over NATS', async () => {
    const secret = `slk_${randomBytes(32).toString('hex')}`;
    expect(await ask(sha256Of(secret))).toEqual({ principal: null });
    const known = registry.keys.get('ci') as { id: string; secret: string };
    expect(await ask(sha256Of(known.secret))).toEqual({
      principal: { keyId: known.id, name: 'ci', kind: 'machine', roles: ['contributor'] },
    });
    const revoked = registry.keys.get('guest') as { secret: string };
    expect(await ask(sha256Of(revoked.secret))).toEqual({ principal: null });
    await expect(ask('not a hash')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
