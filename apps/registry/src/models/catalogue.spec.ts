import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOfBytes, manifestDigest, type Manifest, type Model } from '@sluice/contracts';
import { Gate } from '../testing/gate.fixture.js';
import { TestRegistry } from '../testing/test-registry.js';

describe('models and datasets', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
  });
  afterAll(() => registry.close());

  it('registers a model once, however many ask at the same time', async () => {
    const json = { name: 'credit-risk', description: 'Who pays back' };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => registry.call('POST', '/models', { json })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array(7).fill(409)]);
    expect((await registry.call('GET', '/models/credit-risk')).body).toMatchObject({
      ...json,
      latestVersion: null,
      createdBy: 'admin',
    });
  });

  it('gives the same answer again under an idempotency key', async () => {
    const headers = { 'idempotency-key': 'k' };
    const json = { name: 'churn' };
    const first = await registry.call('POST', '/models', { json, headers });
    const again = await registry.call('POST', '/models', { json, headers });
    expect([again.status, again.body]).toEqual([201, first.body]);
  });

  it('lists models by name, page by page', async () => {
    for (const name of ['b', 'a', 'c.2', 'c-1']) await gate.model(name);
    const { items } = (await registry.call('GET', '/models')).body;
    const names: string[] = items.map(({ name }: Model) => name);
    const paged: string[] = [];
    for (let next = ''; ;) {
      const { body } = await registry.call('GET', `/models?limit=1${next}`);
      paged.push(...body.items.map(({ name }: Model) => name));
      if (body.next === null) break;
      next = `&after=${body.next}`;
    }
    expect(paged).toEqual(names);
    expect(names.toSorted()).toEqual(['a', 'b', 'c-1', 'c.2', 'churn', 'credit-risk']);
  });

  it.each(['', 'A', 'a b', '../x', 'a/b', '-a', 'a'.repeat(65), '<img>', '](javascript:x)'])(
    'refuses %j as a name',
    async (name) => {
      expect((await registry.call('POST', '/models', { json: { name } })).status).toBe(400);
    },
  );

  it('registers the same table once, under its first name', async () => {
    const bytes = Buffer.from('a,b\n1,2\n');
    const digest = await gate.upload(bytes);
    const json = { name: 'data/holdout.csv', digest, format: 'csv' };
    const first = await registry.call('POST', '/datasets', { json });
    expect([first.status, first.body.size]).toEqual([201, bytes.length]);
    const again = await registry.call('POST', '/datasets', { json: { ...json, name: 'other' } });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await registry.call('POST', '/datasets', {
      json: { ...json, format: 'parquet' },
    });
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);
    expect((await registry.call('GET', `/datasets/${digest}`)).body).toEqual(first.body);
    expect((await registry.call('GET', '/datasets')).body.items).toEqual([first.body]);
  });

  describe('a table of several files', () => {
    const texts = { 'a.csv': 'a,b\n3,4\n', 'x/b.csv': 'a,b\n5,6\n' };
    const manifestOf = async (): Promise<Manifest> => {
      const files: Manifest['files'] = [];
      for (const [path, text] of Object.entries(texts))
        files.push({ path, digest: await gate.upload(Buffer.from(text)), size: text.length });
      return { files };
    };
    const wish = (manifest: Manifest) => ({
      name: 'parts',
      digest: manifestDigest(manifest),
      format: 'csv',
      manifest,
    });

    it('is registered with its manifest, once', async () => {
      const manifest = await manifestOf();
      const first = await registry.call('POST', '/datasets', { json: wish(manifest) });
      expect([first.status, first.body.size, first.body.manifest]).toEqual([201, 16, manifest]);
      const again = await registry.call('POST', '/datasets', { json: wish(manifest) });
      expect([again.status, again.body]).toEqual([200, first.body]);
      const found = await registry.call('GET', `/datasets/${first.body.digest}`);
      expect(found.body).toEqual(first.body);
      const { manifest: _manifest, ...listed } = first.body;
      expect((await registry.call('GET', '/datasets?limit=1')).body.items).toEqual([listed]);
    });

    it.each<[string, string, (manifest: Manifest) => unknown]>([
      [
        'with another digest',
        'digest_mismatch',
        (manifest) => ({ ...wish(manifest), digest: digestOfBytes('x') }),
      ],
      ['of one file', 'invalid_data', ({ files }) => wish({ files: files.slice(1) })],
      [
        'with a file that was not uploaded',
        'invalid_data',
        ({ files: [first] }) =>
          wish({ files: [first as never, { path: 'c.csv', digest: digestOfBytes('c'), size: 1 }] }),
      ],
      [
        'with a size that is not so',
        'invalid_data',
        ({ files }) => wish({ files: files.map((file) => ({ ...file, size: 7 })) }),
      ],
      ['of another format', 'invalid_data', (manifest) => ({ ...wish(manifest), format: 'jsonl' })],
      [
        'with a path that leads out of it',
        'invalid_request',
        ({ files }) => ({ ...wish({ files: files.map((f) => ({ ...f, path: `../${f.path}` })) }) }),
      ],
    ])('is refused %s', async (_what, code, json) => {
      const manifest = await manifestOf();
      const { status, body } = await registry.call('POST', '/datasets', { json: json(manifest) });
      expect([status, body.code]).toEqual([400, code]);
    });
  });

  it('refuses a table that was not uploaded', async () => {
    const json = { name: 'x', digest: digestOfBytes('never uploaded'), format: 'csv' };
    const { status, body } = await registry.call('POST', '/datasets', { json });
    expect([status, body.code]).toEqual([400, 'invalid_data']);
  });

  it('is as ready as its database and broker are', async () => {
    expect((await registry.call('GET', '/livez', { as: null })).status).toBe(200);
    expect((await registry.call('GET', '/readyz', { as: null })).status).toBe(200);
  });
});
