import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '@sluice/embedded';
import { eventually } from './testing/test-registry.js';

const main = new URL('../dist/main.js', import.meta.url).pathname;

/** The program as it is shipped, which is what `nx test` builds first. */
describe('the program', () => {
  let database: string;
  let blobs: string;
  let nowhere: string;
  const started: ChildProcess[] = [];
  beforeAll(async () => {
    const name = `registry_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
    database = await createDatabase(process.env['TEST_DATABASE_URL'] as string, name);
    blobs = await mkdtemp(join(tmpdir(), 'registry-test-'));
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    nowhere = `nats://127.0.0.1:${(server.address() as { port: number }).port}`;
    server.close();
  });
  afterAll(async () => {
    for (const child of started) child.kill('SIGKILL');
    await rm(blobs, { recursive: true, force: true });
  });

  const start = (settings: Record<string, string>) => {
    const child = spawn(process.execPath, [main], {
      env: {
        ...process.env,
        DATABASE_URL: database,
        NATS_URL: nowhere,
        PORT: '0',
        SLUICE_BLOBS: blobs,
        LOG_LEVELS: 'fatal',
        NODE_OPTIONS: '',
        ...settings,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    started.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output += data));
    return { child, output: () => output };
  };

  it('does not start where nobody could get in, and says what to do', async () => {
    const { child, output } = start({});
    const [code] = await once(child, 'exit');
    expect([code, output()]).toEqual([
      2,
      expect.stringMatching(/no API key yet.*SLUICE_ADMIN_KEY/),
    ]);
  });

  it('serves HTTP while there is no broker, says that it is not ready, and stops when asked', async () => {
    const secret = `slk_${randomBytes(32).toString('hex')}`;
    const { child, output } = start({ SLUICE_ADMIN_KEY: secret });
    const url = await eventually(
      'the ready line',
      async () => {
        return /"event":"ready","service":"registry","url":"([^"]+)"/.exec(output())?.[1];
      },
      15_000,
    );
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'credit-risk' });
    const made = await fetch(`${url}/api/v1/models`, { method: 'POST', headers, body });
    expect(made.status).toBe(201);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    child.kill('SIGTERM');
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGTERM');
  }, 30_000);
});
