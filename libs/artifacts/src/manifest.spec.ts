import { execFileSync } from 'node:child_process';
import {
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { digestOfBytes, manifestDigest, SluiceError, type Manifest } from '@sluice/contracts';
import { fetchArtifact, readArtifact } from './artifact-folder.js';
import { FileBlobStore } from './file-blob-store.js';
import { artifactFilesOf, manifestOf, modelFileOf } from './manifest.js';
import { buildOnnxModel, type FixtureInitializer } from './onnx/onnx.fixture.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-manifest-'));
});
afterEach(() => rm(folder, { recursive: true }));

const model = (...initializers: FixtureInitializer[]) =>
  buildOnnxModel({
    inputs: [{ name: 'x', shape: [null, 2] }],
    outputs: [{ name: 'y', shape: [null, 2] }],
    nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers:
      initializers.length > 0 ? initializers : [{ name: 'w', dims: [2], floats: [1, 2] }],
  });
const external = (location: string, name = 'w'): FixtureInitializer => ({
  name,
  dims: [2],
  external: [['location', location]],
});
const weights = Buffer.from(Float32Array.of(1, 2).buffer);

const at = (...parts: string[]) => join(folder, ...parts);
const put = async (path: string, bytes: Uint8Array) => {
  await mkdir(join(at(path), '..'), { recursive: true });
  await writeFile(at(path), bytes);
};
const refusal = (message: string) => ({
  code: 'invalid_artifact',
  message: expect.stringContaining(message),
});

describe('manifestOf', () => {
  it('has one entry for a model by itself, whatever its file is called', async () => {
    await put('fair.onnx', model());
    const manifest = await manifestOf(at('fair.onnx'));
    expect(manifest).toEqual({
      files: [{ path: 'model.onnx', digest: digestOfBytes(model()), size: model().length }],
    });
    await copyFile(at('fair.onnx'), at('other.onnx'));
    expect(manifestDigest(await manifestOf(at('other.onnx')))).toBe(manifestDigest(manifest));
  });

  it('finds the model of a folder, unless there are several', async () => {
    await put('fair.onnx', model());
    expect((await manifestOf(folder)).files).toHaveLength(1);
    await put('unfair.onnx', model());
    await expect(manifestOf(folder)).rejects.toMatchObject(refusal('Which model'));
    await put('model.onnx', model());
    expect((await manifestOf(folder)).files).toHaveLength(1);
    await expect(manifestOf(at('absent'))).rejects.toMatchObject(refusal('There is no model'));
  });

  it('adds external data by its path relative to the model', async () => {
    await put('m/net.onnx', model(external('data/w.bin'), external('data/w.bin', 'v')));
    await put('m/data/w.bin', weights);
    expect(
      (await manifestOf(at('m/net.onnx'))).files.map(({ path, size }) => [path, size]),
    ).toEqual([
      ['model.onnx', model(external('data/w.bin'), external('data/w.bin', 'v')).length],
      ['data/w.bin', 8],
    ]);
  });

  it.each(['../w.bin', '/etc/passwd', 'a/../../w.bin'])(
    'does not go looking at %s',
    async (location) => {
      await put('m/net.onnx', model(external(location)));
      await put('w.bin', weights);
      await expect(artifactFilesOf(at('m/net.onnx'))).rejects.toMatchObject({
        code: 'invalid_artifact',
        faults: [{ path: 'tensor "w"' }],
      });
    },
  );

  it('refuses data that is missing, too short, or in the way of the model', async () => {
    await put('net.onnx', model(external('w.bin')));
    await expect(artifactFilesOf(at('net.onnx'))).rejects.toMatchObject(
      refusal('w.bin is not there'),
    );
    await put('w.bin', weights.subarray(0, 7));
    await expect(artifactFilesOf(at('net.onnx'))).rejects.toMatchObject({
      faults: [{ message: expect.stringContaining('the file ends at 7') }],
    });
    await put('net.onnx', model(external('model.onnx')));
    await put('model.onnx', weights);
    await expect(artifactFilesOf(at('net.onnx'))).rejects.toMatchObject(
      refusal('may not itself be called model.onnx'),
    );
  });

  it('follows no symbolic link to what a pull request should not see', async () => {
    await put('secret', weights);
    await put('m/net.onnx', model(external('w.bin')));
    await symlink(at('secret'), at('m/w.bin'));
    await expect(manifestOf(at('m/net.onnx'))).rejects.toMatchObject(
      refusal('w.bin is a symbolic link'),
    );
    await symlink(at('m/net.onnx'), at('linked.onnx'));
    await expect(manifestOf(at('linked.onnx'))).rejects.toMatchObject(
      refusal('linked.onnx is a symbolic link'),
    );
    await put('outside/w.bin', weights);
    await put('n/net.onnx', model(external('data/w.bin')));
    await symlink(at('outside'), at('n/data'));
    await expect(manifestOf(at('n/net.onnx'))).rejects.toMatchObject(
      refusal('data is a symbolic link'),
    );
  });

  it('opens no pipe and takes no folder for data', async () => {
    await put('net.onnx', model(external('w.bin')));
    execFileSync('mkfifo', [at('w.bin')]);
    await expect(manifestOf(at('net.onnx'))).rejects.toMatchObject(refusal('not a regular file'));
    await rm(at('w.bin'));
    await mkdir(at('w.bin'));
    await expect(manifestOf(at('net.onnx'))).rejects.toMatchObject(refusal('is a folder'));
  });
});

describe('modelFileOf', () => {
  const named = (...paths: string[]): Manifest => ({
    files: paths.map((path) => ({ path, digest: digestOfBytes(path), size: 1 })),
  });

  it('prefers model.onnx, takes an only one, and does not guess', () => {
    expect(modelFileOf(named('a.onnx', 'model.onnx'))).toBe('model.onnx');
    expect(modelFileOf(named('fair.onnx', 'w.bin', 'data/b.onnx'))).toBe('fair.onnx');
    for (const manifest of [named('a.onnx', 'b.onnx'), named('w.bin'), named('data/model.onnx')]) {
      expect(() => modelFileOf(manifest)).toThrow(SluiceError);
    }
  });
});

describe('fetchArtifact and readArtifact', () => {
  let store: FileBlobStore;
  let manifest: Manifest;
  let digest: string;
  const files = { 'model.onnx': model(external('data/w.bin')), 'data/w.bin': weights };

  beforeEach(async () => {
    store = new FileBlobStore(at('store'));
    manifest = { files: [] };
    for (const [path, bytes] of Object.entries(files)) {
      const stored = await store.put(
        digestOfBytes(bytes),
        (async function* () {
          yield bytes;
        })(),
      );
      manifest.files.push({ path, digest: stored.digest, size: stored.size });
    }
    digest = manifestDigest(manifest);
  });

  it('puts every file in its place, and reads the same artifact back', async () => {
    expect(await fetchArtifact(manifest, store, at('run'))).toEqual({
      digest,
      modelPath: at('run/model.onnx'),
    });
    expect((await readdir(at('run'), { recursive: true })).sort()).toEqual([
      'data',
      'data/w.bin',
      'model.onnx',
    ]);
    const loaded = await readArtifact(manifest, at('run'));
    expect(loaded).toMatchObject({ digest, modelFile: 'model.onnx' });
    expect(loaded.files.get('data/w.bin')).toEqual(weights);
    expect(manifestDigest(await manifestOf(at('run')))).toBe(digest);
  });

  it('keeps what is right already and replaces what is wrong', async () => {
    await put('run/data/w.bin', Buffer.from('damaged!'));
    await put('run/model.onnx', files['model.onnx']);
    const asked: string[] = [];
    const source = { open: (wanted: string) => (asked.push(wanted), store.open(wanted)) };
    await fetchArtifact(manifest, source, at('run'));
    expect(asked).toEqual([digestOfBytes(weights)]);
    expect(await readFile(at('run/data/w.bin'))).toEqual(weights);
  });

  it('shows nothing of bytes that are wrong, short or missing', async () => {
    const give = (bytes: Buffer) => ({
      open: async () =>
        (async function* () {
          yield bytes;
        })(),
    });
    const first = files['model.onnx'];
    await expect(fetchArtifact(manifest, give(first.subarray(1)), at('run'))).rejects.toMatchObject(
      { code: 'upload_incomplete' },
    );
    await expect(
      fetchArtifact(manifest, give(Buffer.alloc(first.length)), at('run')),
    ).rejects.toMatchObject({ code: 'digest_mismatch' });
    await expect(
      fetchArtifact(manifest, new FileBlobStore(at('empty')), at('run')),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(at('run'))).toEqual([]);
  });

  it('digests what is there, not what the manifest says', async () => {
    await fetchArtifact(manifest, store, at('run'));
    const bytes = Buffer.from(weights);
    bytes[3] = bytes[3]! ^ 1;
    await put('run/data/w.bin', bytes);
    const loaded = await readArtifact(manifest, at('run'));
    expect(loaded.digest).not.toBe(digest);
    expect(loaded.digest).toBe(manifestDigest(await manifestOf(at('run'))));
  });

  it('refuses links in the folder, symbolic or hard, when fetching and when reading', async () => {
    await put('secret', weights);
    const attempts = [
      () => fetchArtifact(manifest, store, at('run')),
      () => readArtifact(manifest, at('run')),
    ];
    for (const [make, reason] of [
      [symlink, 'is a symbolic link'],
      [link, 'other hard links'],
    ] as const) {
      await put('run/model.onnx', files['model.onnx']);
      await mkdir(at('run/data'));
      await make(at('secret'), at('run/data/w.bin'));
      for (const attempt of attempts)
        await expect(attempt()).rejects.toMatchObject(refusal(reason));
      await rm(at('run'), { recursive: true });
    }
    await put('outside/w.bin', weights);
    await put('run/model.onnx', files['model.onnx']);
    await symlink(at('outside'), at('run/data'));
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject(refusal('data is a symbolic link'));
    // Nor is anything written through such a link.
    await rm(at('outside/w.bin'));
    await expect(fetchArtifact(manifest, store, at('run'))).rejects.toMatchObject(
      refusal('data is a symbolic link'),
    );
    expect(await readdir(at('outside'))).toEqual([]);
    expect(await readFile(at('secret'))).toEqual(weights);
  });

  it.each(['../w.bin', '/w.bin', 'a\\b', 'a/../../b', 'a//b', 'C:b', 'a\0'])(
    'refuses a manifest with the path %j',
    async (path) => {
      const escaping = {
        files: [...manifest.files, { path, digest: digestOfBytes(weights), size: 8 }],
      };
      await expect(fetchArtifact(escaping, store, at('run'))).rejects.toMatchObject({
        code: 'invalid_artifact',
        faults: [{ path: 'files.2.path' }],
      });
      await expect(readArtifact(escaping, at('run'))).rejects.toMatchObject({
        code: 'invalid_artifact',
      });
      await expect(readdir(at('run'))).rejects.toMatchObject({ code: 'ENOENT' });
    },
  );

  it('refuses a path that is a file and a folder', async () => {
    const torn = {
      files: [...manifest.files, { path: 'data', digest: digestOfBytes(weights), size: 8 }],
    };
    await expect(fetchArtifact(torn, store, at('run'))).rejects.toMatchObject(refusal('as a file'));
  });
});
