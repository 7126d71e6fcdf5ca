import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { manifestOf, fetchArtifact } from '@sluice/artifacts';
import { manifestDigest, verdictSchema, type Verdict } from '@sluice/contracts';
import { example, repository } from './stack.js';

const run = promisify(execFile);
const token = 'a-token-for-tests-of-32-or-more-characters';
const cli = join(repository, 'apps/cli/bin/sluice.js');

/** The model server as it is deployed, asked by the command line as a person would. */
describe('sluice evaluate --endpoint', () => {
  let folder: string;
  let server: ChildProcess;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-endpoint-'));
    const model = join(example, 'model.onnx');
    const manifest = await manifestOf(model);
    const artifact = await fetchArtifact(
      manifest,
      { open: async () => createReadStream(model) },
      join(folder, 'artifact'),
    );
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
    server = spawn(process.execPath, [join(repository, 'apps/model-server/dist/main.js')], {
      env: {
        PATH: process.env['PATH'],
        SLUICE_MODEL_NAME: 'credit-risk',
        SLUICE_MODEL_VERSION: '1',
        SLUICE_MODEL_DIR: join(folder, 'artifact'),
        SLUICE_MODEL_MANIFEST: join(folder, 'manifest.json'),
        SLUICE_ARTIFACT_DIGEST: artifact.digest,
        SLUICE_MODEL_SERVER_TOKEN: token,
        PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(server.stdout!, 'data')) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    url = `http://127.0.0.1:${port}/v2/models/credit-risk`;
  }, 60_000);
  afterAll(async () => {
    server?.kill('SIGTERM');
    if (server?.exitCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  const evaluate = async (args: string[], environment: Record<string, string> = {}) => {
    const policy = ['evaluate', '--policy', join(example, 'sluice.yaml'), '--json'];
    const { stdout } = await run(process.execPath, [cli, ...policy, ...args], {
      env: { PATH: process.env['PATH'], ...environment },
      maxBuffer: 16 * 1024 * 1024,
    }).catch((error: { stdout: string }) => error);
    return JSON.parse(stdout) as unknown;
  };

  it('finds what an evaluation of the file finds, to the last digit', async () => {
    const local: Verdict = verdictSchema.parse(await evaluate([]));
    const served: Verdict = verdictSchema.parse(
      await evaluate(['--endpoint', url, '--classes', 'bad,good'], {
        SLUICE_ENDPOINT_TOKEN: token,
      }),
    );
    const { version, ...subject } = local.subject;
    expect(version).toBe(manifestDigest(await manifestOf(join(example, 'model.onnx'))));
    // Whatever answers at an address is no artifact that anyone has seen.
    expect(served).toEqual({ ...local, subject: { ...subject, version: null } });
  }, 120_000);

  it('says what is missing without the token', async () => {
    expect(await evaluate(['--endpoint', url, '--classes', 'bad,good'])).toMatchObject({
      code: 'invalid_artifact',
      faults: [{ found: expect.stringContaining('401'), hint: expect.stringContaining('TOKEN') }],
    });
  }, 60_000);
});
