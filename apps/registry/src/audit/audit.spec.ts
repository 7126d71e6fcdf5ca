import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOfDocument, type AuditEntry } from '@sluice/contracts';
import { Gate } from '../testing/gate.fixture.js';
import { TestRegistry } from '../testing/test-registry.js';

describe('the audit trail', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    const gate = new Gate(registry);
    await gate.model('audited');
    await gate.staged('audited', { description: 'ünïcödé' });
    // Many at once, because that is when chains fork.
    await Promise.all(Array.from({ length: 30 }, (_, i) => gate.model(`m-${i}`)));
  });
  afterAll(() => registry.close());

  const all = async (): Promise<AuditEntry[]> => {
    const entries: AuditEntry[] = [];
    for (let next: string | null = ''; next !== null;) {
      const { body } = await registry.call('GET', `/audit?limit=7${next}`);
      entries.push(...body.items);
      next = body.next === null ? null : `&after=${body.next}`;
    }
    return entries;
  };

  it('is numbered without gaps, each entry bound to the one before', async () => {
    const entries = await all();
    expect(entries.length).toBeGreaterThan(30);
    entries.forEach((entry, index) => {
      const { digest, ...content } = entry;
      expect(entry.position).toBe(index + 1);
      expect(entry.previous).toBe(entries[index - 1]?.digest ?? null);
      expect(digest).toBe(digestOfDocument(content));
    });
  });

  it('has an entry of every change, by whoever made it', async () => {
    const seen = (await all()).map(({ actor, action }) => `${actor} ${action}`);
    expect(seen.slice(0, 9)).toEqual([
      'sluice/registry key.created',
      'admin model.created',
      'admin version.created',
      'admin dataset.created',
      'admin evaluation.created',
      'sluice/evaluator evaluation.succeeded',
      'admin promotion.created',
      'admin promotion.started',
      'sluice/deployer champion.changed',
    ]);
  });

  it('has none of what was refused', async () => {
    const before = (await all()).length;
    await registry.call('POST', '/models', { json: { name: 'audited' } });
    await registry.call('POST', '/promotions', {
      json: { model: 'audited', version: 1, environment: 'staging' },
    });
    expect(await all()).toHaveLength(before);
  });

  it('cannot be changed, not even by whoever owns the database', async () => {
    for (const sql of [
      "UPDATE audit_entry SET actor = 'nobody' WHERE position = 1",
      'DELETE FROM audit_entry',
      'TRUNCATE audit_entry',
    ])
      await expect(registry.sql(sql)).rejects.toThrow(/append-only/);
  });
});
