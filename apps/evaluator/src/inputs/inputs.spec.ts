import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manifestOf } from '@sluice/artifacts';
import type { RegistryClient } from '@sluice/client';
import {
  digestOfBytes,
  manifestDigest,
  parsePolicy,
  policyDigest,
  type Digest,
  type EvaluateJob,
} from '@sluice/contracts';
import { InputsService } from './inputs.service.js';

const example = fileURLToPath(new URL('../../../../examples/credit-risk', import.meta.url));
const model = readFileSync(join(example, 'model.onnx'));
const data = readFileSync(join(example, 'data/holdout.parquet'));

describe('InputsService', () => {
  let folder: string;
  let asked: Digest[];
  let job: EvaluateJob;
  const blobs = new Map<Digest, Buffer>();

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-inputs-'));
    asked = [];
    const manifest = await manifestOf(join(example, 'model.onnx'));
    const artifact = { version: 1, digest: manifestDigest(manifest), manifest };
    const policy = parsePolicy(readFileSync(join(example, 'sluice.yaml'), 'utf8'));
    job = {
      evaluation: crypto.randomUUID(),
      version: artifact,
      champion: artifact,
      dataset: { digest: digestOfBytes(data), format: 'parquet' },
      policy,
      policyDigest: policyDigest(policy),
    };
    blobs.clear();
    blobs.set(digestOfBytes(data), data);
    blobs.set(digestOfBytes(model), model);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const inputs = (): InputsService =>
    new InputsService(
      {
        openBlob: async (digest: Digest) => {
          asked.push(digest);
          return Readable.from([blobs.get(digest) as Buffer]);
        },
      } as unknown as RegistryClient,
      folder,
    );

  it('brings the bytes, and asks for none a second time', async () => {
    const fetched = await inputs().fetch(job);
    expect(readFileSync(fetched.dataset.files[0]?.path ?? '')).toEqual(data);
    expect(readFileSync(fetched.version.path)).toEqual(model);
    const before = asked.length;
    await inputs().fetch(job);
    expect(asked).toHaveLength(before);
  });

  it('brings the reference too, when the policy names one', async () => {
    expect((await inputs().fetch(job)).reference).toBeNull();
    const reference = { digest: digestOfBytes(data), format: 'parquet' } as const;
    const fetched = await inputs().fetch({ ...job, reference });
    expect(fetched.reference?.format).toBe('parquet');
    expect(readFileSync(fetched.reference?.files[0]?.path ?? '')).toEqual(data);
  });

  it('brings each file of a table of several, in the order of their names', async () => {
    const texts = { 'b/part-2.csv': 'two', 'part-10.csv': 'ten', 'a.csv': 'one' };
    const files = Object.entries(texts).map(([path, text]) => {
      const bytes = Buffer.from(text);
      blobs.set(digestOfBytes(bytes), bytes);
      return { path, digest: digestOfBytes(bytes), size: bytes.byteLength };
    });
    const manifest = { files };
    const dataset = { digest: manifestDigest(manifest), format: 'csv', manifest } as const;
    const fetched = await inputs().fetch({ ...job, dataset });
    expect(
      fetched.dataset.files.map(({ name, path }) => [name, readFileSync(path, 'utf8')]),
    ).toEqual([
      ['a.csv', 'one'],
      ['b/part-2.csv', 'two'],
      ['part-10.csv', 'ten'],
    ]);
  });

  it('refuses bytes that are not what their digest says, and keeps none of them', async () => {
    blobs.set(digestOfBytes(data), Buffer.concat([data, Buffer.from('x')]));
    await expect(inputs().fetch(job)).rejects.toMatchObject({ code: 'digest_mismatch' });
    expect(readdirSync(join(folder, 'datasets'))).toEqual([]);
  });

  it('never gives out a file that was changed where it lay', async () => {
    const { version } = await inputs().fetch(job);
    writeFileSync(version.path, 'something else');
    const again = await inputs().fetch(job);
    expect(readFileSync(again.version.path)).toEqual(model);
  });
});
