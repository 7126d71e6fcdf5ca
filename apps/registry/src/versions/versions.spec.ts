import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnnxModel, onnxType } from '@sluice/artifacts/testing';
import { digestOfBytes, manifestDigest, type Version } from '@sluice/contracts';
import { Gate, onnxModel } from '../testing/gate.fixture.js';
import { TestRegistry, type RequestOptions } from '../testing/test-registry.js';

describe('versions', () => {
  let registry: TestRegistry;
  let gate: Gate;
  beforeAll(async () => {
    registry = await TestRegistry.start();
    gate = new Gate(registry);
    await registry.addKey({ name: 'ci', kind: 'machine', roles: ['contributor'] });
    await registry.addKey({ name: 'maria', kind: 'person', roles: ['contributor'] });
  });
  afterAll(() => registry.close());

  const post = (model: string, json: unknown, more: RequestOptions = {}) =>
    registry.call('POST', `/models/${model}/versions`, { json, ...more });
  const count = async (model: string): Promise<number> =>
    (await registry.call('GET', `/models/${model}/versions`)).body.items.length;

  it('holds the signature that the model states, and where it came from', async () => {
    await gate.model('signed');
    const artifact = await gate.artifact();
    const source = { repository: 'acme/credit', commit: 'a'.repeat(40), pullRequest: 7 };
    const made = await post('signed', { artifact, source });
    expect(made.headers.get('location')).toBe('/api/v1/models/signed/versions/1');
    expect(made.body).toMatchObject({
      number: 1,
      artifactDigest: manifestDigest(artifact),
      author: 'admin',
      source,
      signature: {
        inputs: [{ name: 'features', datatype: 'FP32', shape: [-1, 2] }],
        outputs: [{ name: 'scores', datatype: 'FP32', shape: [-1, 2] }],
      },
    });
    expect((await registry.call('GET', '/models/signed/versions/1')).body).toEqual(made.body);
    expect((await registry.call('GET', '/models/signed')).body.latestVersion).toBe(1);
  });

  it('holds the signature that the model server will serve, the scores of ZipMap as a tensor', async () => {
    await gate.model('zipped');
    const file = new URL('../../../../test/fixtures/models/zipmap-texts.onnx', import.meta.url);
    const { body } = await post('zipped', { artifact: await gate.artifact(readFileSync(file)) });
    expect((body as Version).signature.outputs).toEqual([
      { name: 'output_label', datatype: 'BYTES', shape: [-1] },
      { name: 'output_probability', datatype: 'FP32', shape: [-1, 2] },
    ]);
  });

  it('numbers 64 that come at once from 1 to 64', async () => {
    await gate.model('crowded');
    const artifact = await gate.artifact();
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => post('crowded', { artifact })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(201));
    const numbers = answers.map(({ body }) => (body as Version).number);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
  });

  it('makes one of many with the same idempotency key, and gives all the same answer', async () => {
    await gate.model('repeated');
    const json = { artifact: await gate.artifact() };
    const headers = { 'idempotency-key': 'pull request 7, attempt 1' };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post('repeated', json, { headers })),
    );
    answers.push(await post('repeated', json, { headers }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await count('repeated')).toBe(1);
  });

  it('refuses a used idempotency key for another request, and takes it from another principal', async () => {
    await gate.model('mistaken');
    const headers = { 'idempotency-key': 'key' };
    const artifact = await gate.artifact();
    await post('mistaken', { artifact }, { headers });
    const other = await post('mistaken', { artifact, description: 'x' }, { headers });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
    expect((await post('mistaken', { artifact }, { headers, as: 'maria' })).body.number).toBe(2);
    const long = await post(
      'mistaken',
      { artifact },
      { headers: { 'idempotency-key': 'x'.repeat(201) } },
    );
    expect(long.status).toBe(400);
  });

  it('forgets the idempotency key of a request that failed', async () => {
    await gate.model('second-try');
    const headers = { 'idempotency-key': 'again' };
    const bytes = onnxModel(4711);
    const digest = digestOfBytes(bytes);
    const artifact = { files: [{ path: 'model.onnx', digest, size: bytes.length }] };
    expect((await post('second-try', { artifact }, { headers })).status).toBe(400);
    await gate.upload(bytes);
    expect((await post('second-try', { artifact }, { headers })).status).toBe(201);
  });

  it('lets machines say who the author is, and persons only be themselves', async () => {
    await gate.model('authored');
    const artifact = await gate.artifact();
    const byMachine = await post('authored', { artifact, author: 'maria' }, { as: 'ci' });
    expect(byMachine.body).toMatchObject({ author: 'maria', createdBy: 'ci' });
    const asOther = await post('authored', { artifact, author: 'paul' }, { as: 'maria' });
    expect([asOther.status, asOther.body.code]).toEqual([403, 'forbidden']);
    const asSelf = await post('authored', { artifact, author: 'maria' }, { as: 'maria' });
    expect(asSelf.status).toBe(201);
  });

  describe('of artifacts that are not safe or not whole', () => {
    const external = (location: string): Buffer =>
      buildOnnxModel({
        inputs: [{ name: 'x', type: onnxType.FLOAT, shape: [1] }],
        outputs: [{ name: 'y', type: onnxType.FLOAT, shape: [1] }],
        initializers: [
          {
            name: 'w',
            dims: [1],
            external: [
              ['location', location],
              ['length', '4'],
            ],
          },
        ],
        nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
      });
    const weights = Buffer.alloc(4);
    beforeAll(() => gate.model('refused'));

    const refused = async (
      files: { path: string; bytes: Uint8Array; size?: number; skip?: boolean }[],
    ): Promise<string> => {
      const manifest = [];
      for (const { path, bytes, size = bytes.length, skip } of files)
        manifest.push({
          path,
          digest: skip === true ? digestOfBytes('not there') : await gate.upload(bytes),
          size,
        });
      const { status, body } = await post('refused', { artifact: { files: manifest } });
      expect([status, body.code]).toEqual([400, 'invalid_artifact']);
      expect(await count('refused')).toBe(0);
      return JSON.stringify(body);
    };

    it('refuses a pickle under the name of a model', async () => {
      const pickle = Buffer.from([0x80, 0x04, 0x95, 0x0b, 0, 0, 0, 0, 0, 0, 0, 0x8c, 0x02]);
      expect(await refused([{ path: 'model.onnx', bytes: pickle }])).toMatch(/pickle/);
    });

    it.each(['../../etc/passwd', '/etc/passwd', 'a/../../x', '..\\x', 'not-listed.bin'])(
      'refuses external data at %s',
      async (location) => {
        await refused([
          { path: 'model.onnx', bytes: external(location) },
          { path: 'weights.bin', bytes: weights },
        ]);
      },
    );

    it('takes external data of its own', async () => {
      await gate.model('heavy');
      const bytes = external('weights.bin');
      const files = [
        { path: 'model.onnx', digest: await gate.upload(bytes), size: bytes.length },
        { path: 'weights.bin', digest: await gate.upload(weights), size: weights.length },
      ];
      expect((await post('heavy', { artifact: { files } })).status).toBe(201);
    });

    it('refuses blobs that are missing or of another size', async () => {
      const bytes = onnxModel(1);
      expect(await refused([{ path: 'model.onnx', bytes, skip: true }])).toMatch(/no blob/);
      expect(await refused([{ path: 'model.onnx', bytes, size: 1 }])).toMatch(/size/);
    });

    it('refuses files that the model does not refer to', async () => {
      const files = [
        { path: 'model.onnx', bytes: onnxModel(2) },
        { path: 'extra.pkl', bytes: Buffer.from([0x80, 4]) },
      ];
      expect(await refused(files)).toMatch(/extra\.pkl/);
    });

    it('refuses an artifact without a model, or with paths that leave it', async () => {
      await refused([{ path: 'weights.bin', bytes: weights }]);
      for (const path of ['../model.onnx', '/model.onnx', 'a\\b.onnx', 'a//b.onnx']) {
        const digest = await gate.upload(onnxModel(3));
        const { status } = await post('refused', {
          artifact: { files: [{ path, digest, size: 1 }] },
        });
        expect(status).toBe(400);
      }
      expect(await count('refused')).toBe(0);
    });

    it('leaves no gap behind a refusal', async () => {
      expect((await gate.version('refused')).number).toBe(1);
    });
  });

  it('pages through versions, newest first, and finds them by artifact', async () => {
    await gate.model('paged');
    const artifact = await gate.artifact();
    for (let i = 0; i < 4; i += 1) await post('paged', { artifact });
    const last = await gate.version('paged');
    const numbers: number[] = [];
    let next: string | null = '';
    while (next !== null) {
      const after: string = next === '' ? '' : `&after=${next}`;
      const { body } = await registry.call('GET', `/models/paged/versions?limit=2${after}`);
      numbers.push(...body.items.map(({ number }: Version) => number));
      next = body.next;
    }
    expect(numbers).toEqual([5, 4, 3, 2, 1]);
    const found = await registry.call(
      'GET',
      `/models/paged/versions?artifactDigest=${last.artifactDigest}`,
    );
    expect(found.body.items.map(({ number }: Version) => number)).toEqual([5]);
    for (const query of ['after=%00', 'after=Zm9v', 'limit=0', 'limit=1000', 'order_by=name'])
      expect((await registry.call('GET', `/models/paged/versions?${query}`)).status).toBe(400);
  });

  it('cannot be changed, not even by whoever owns the database', async () => {
    for (const sql of [
      "UPDATE version SET author = 'someone'",
      'DELETE FROM version',
      'TRUNCATE version CASCADE',
    ])
      await expect(registry.sql(sql)).rejects.toThrow(/append-only/);
  });

  it('knows what it has not got', async () => {
    for (const path of [
      '/models/none/versions',
      '/models/signed/versions/99',
      '/models/signed/versions/999999999',
    ])
      expect((await registry.call('GET', path)).status).toBe(404);
    for (const number of ['0', '-1', '1.5', '1e3', '9999999999', 'latest'])
      expect((await registry.call('GET', `/models/signed/versions/${number}`)).status).toBe(400);
    const orphan = await post('none', { artifact: await gate.artifact() });
    expect(orphan.status).toBe(404);
  });
});
