import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigurationError, configurationOf } from './configuration.js';
import {
  environmentFor,
  token,
  writeArtifact,
  type ArtifactOnDisk,
} from './model-server.fixture.js';

let artifact: ArtifactOnDisk;
beforeAll(async () => {
  artifact = await writeArtifact({ 'model.onnx': Buffer.from('never loaded here') });
});
afterAll(() => artifact.remove());

const configured = (changes: Record<string, string | undefined> = {}) =>
  configurationOf({ ...environmentFor(artifact), ...changes });
const faultOf = (changes: Record<string, string | undefined>): string => {
  try {
    configured(changes);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('configurationOf', () => {
  it('reads the environment, with defaults that keep to this machine', () => {
    expect(configured({ PORT: undefined })).toEqual({
      model: { name: 'tiny', version: '7' },
      artifact: { folder: artifact.folder, manifest: artifact.manifest, digest: artifact.digest },
      listen: { host: '127.0.0.1', port: 8080 },
      token,
      inference: { workers: 1, threads: 1, queue: 256, timeoutMs: 30_000 },
      drain: { graceMs: 500, timeoutMs: 25_000 },
      exitWithParent: false,
    });
  });

  it('takes every setting', () => {
    expect(
      configured({
        HOST: '0.0.0.0',
        PORT: '0',
        SLUICE_MODEL_WORKERS: '2',
        SLUICE_MODEL_THREADS: '3',
        SLUICE_MODEL_QUEUE: '4',
        SLUICE_INFERENCE_TIMEOUT_MS: '5',
        SLUICE_DRAIN_GRACE_MS: '6',
        SLUICE_DRAIN_TIMEOUT_MS: '7',
        SLUICE_EXIT_WITH_PARENT: '1',
      }),
    ).toMatchObject({
      listen: { host: '0.0.0.0', port: 0 },
      inference: { workers: 2, threads: 3, queue: 4, timeoutMs: 5 },
      drain: { graceMs: 6, timeoutMs: 7 },
      exitWithParent: true,
    });
  });

  it.each([
    'SLUICE_MODEL_NAME',
    'SLUICE_MODEL_VERSION',
    'SLUICE_MODEL_DIR',
    'SLUICE_MODEL_MANIFEST',
    'SLUICE_ARTIFACT_DIGEST',
    'SLUICE_MODEL_SERVER_TOKEN',
  ])('needs %s, and takes an empty one for none', (name) => {
    expect(faultOf({ [name]: undefined })).toMatch(new RegExp(`^${name} is not set`));
    expect(faultOf({ [name]: '' })).toMatch(new RegExp(`^${name} is not set`));
  });

  it.each([
    [{ SLUICE_MODEL_NAME: '../x' }, 'SLUICE_MODEL_NAME'],
    [{ SLUICE_MODEL_VERSION: '0' }, 'SLUICE_MODEL_VERSION: expected a version number, found "0"'],
    [{ SLUICE_ARTIFACT_DIGEST: 'sha256:ABC' }, 'SLUICE_ARTIFACT_DIGEST: expected sha256:'],
    [{ PORT: '80a' }, 'PORT: expected a whole number, found "80a"'],
    [{ PORT: '65536' }, 'PORT'],
    [{ SLUICE_MODEL_WORKERS: '0' }, 'SLUICE_MODEL_WORKERS'],
    [{ SLUICE_EXIT_WITH_PARENT: 'yes' }, 'SLUICE_EXIT_WITH_PARENT'],
    [
      { SLUICE_MODEL_MANIFEST: '/nowhere/manifest.json' },
      'SLUICE_MODEL_MANIFEST: /nowhere/manifest.json is not a readable JSON file',
    ],
  ])('refuses %j', (changes, message) => {
    expect(faultOf(changes)).toContain(message);
  });

  it('names every fault at once', () => {
    expect(
      faultOf({
        SLUICE_MODEL_NAME: undefined,
        PORT: 'x',
        SLUICE_MODEL_SERVER_TOKEN: undefined,
      }).split('\n'),
    ).toHaveLength(3);
  });

  it('refuses a weak token without repeating it', () => {
    const fault = faultOf({ SLUICE_MODEL_SERVER_TOKEN: 'x'.repeat(31) });
    expect(fault).toBe('SLUICE_MODEL_SERVER_TOKEN: expected at least 32 characters');
  });

  it('is anonymous only if told so, and never both', () => {
    expect(
      configured({ SLUICE_MODEL_SERVER_TOKEN: undefined, SLUICE_MODEL_SERVER_ANONYMOUS: '1' })
        .token,
    ).toBeNull();
    expect(
      faultOf({ SLUICE_MODEL_SERVER_TOKEN: undefined, SLUICE_MODEL_SERVER_ANONYMOUS: '0' }),
    ).toContain('SLUICE_MODEL_SERVER_TOKEN is not set');
    expect(faultOf({ SLUICE_MODEL_SERVER_ANONYMOUS: '1' })).toContain('choose one');
  });

  it('refuses a manifest that leads out of its folder', async () => {
    const broken = await writeArtifact({ 'model.onnx': Buffer.from('x') });
    await writeFile(
      broken.manifestPath,
      JSON.stringify({ files: [{ ...broken.manifest.files[0], path: '../model.onnx' }] }),
    );
    expect(faultOf({ SLUICE_MODEL_MANIFEST: broken.manifestPath })).toContain(
      'SLUICE_MODEL_MANIFEST: files.0.path: expected a relative path',
    );
    await broken.remove();
  });
});
