import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { identify, isRunning } from '../processes/identity.js';
import { until } from '../processes/until.js';
import { createDatabase, dropDatabase } from './databases.js';
import { placePostgres, removeHome } from './placement.js';
import { startPostgres, type EmbeddedPostgres } from './start-postgres.js';

describe('an embedded Postgres', () => {
  let home: string;
  let running: EmbeddedPostgres | undefined;
  const lines: string[] = [];
  const port = 55_400;

  const start = async () => {
    lines.length = 0;
    running = await startPostgres({ home, port, durable: false, log: (line) => lines.push(line) });
    return running;
  };
  const data = () => join(home, 'postgres', 'data');

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'sluice-postgres-'));
    // mkdtemp closes the folder, and root's Postgres would then keep its data elsewhere.
    chmodSync(home, 0o755);
  });
  afterEach(() => running?.stop());
  afterAll(() => removeHome(home));

  it('keeps its data from run to run', async () => {
    const first = await start();
    await query(first.url, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('ja')`);
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'SELECT word FROM kept')).toEqual([{ word: 'ja' }]);
  });

  it('is reached by its password alone, on 127.0.0.1 alone', async () => {
    const { url } = await start();
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(await query(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(url, 'SHOW unix_socket_directories')).toEqual([
      { unix_socket_directories: '' },
    ]);
    expect(await query(url, 'SHOW server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    expect(statSync(join(home, 'postgres', 'password')).mode & 0o777).toBe(0o600);
  });

  it('takes the next port when its own is taken', async () => {
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    try {
      const postgres = await start();
      expect(postgres.port).toBeGreaterThan(port);
      expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(lines.join()).toMatch(`port ${port} is taken`);
    } finally {
      squatter.close();
    }
  });

  it('starts over the postmaster.pid of a process that is gone, or is another program by now', async () => {
    const pidFile = join(data(), 'postmaster.pid');
    for (const pid of [4_190_000, process.pid]) {
      writeFileSync(
        pidFile,
        `${pid}\n${data()}\n1700000000\n${port}\n\n127.0.0.1\n         1         1\nready   \n`,
      );
      const { url, stop } = await start();
      expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      await stop();
    }
  });

  it('stops a server that was left behind on its data', async () => {
    const { account, binaries } = await placePostgres(home);
    const orphan = spawn(
      binaries.postgres,
      ['-D', data(), '-p', String(port + 50), '-c', 'unix_socket_directories='],
      { cwd: '/', stdio: 'ignore', ...(account && { uid: account.uid, gid: account.gid }) },
    );
    const pidFile = join(data(), 'postmaster.pid');
    await until(() => existsSync(pidFile) && /ready/.test(readFileSync(pidFile, 'utf8')), 20_000);
    const gone = new Promise((resolve) => orphan.once('exit', resolve));
    const { url } = await start();
    await gone;
    expect(lines.join()).toMatch(`stopping process ${orphan.pid}`);
    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('runs again on the same port after kill -9, and nothing outlives stop()', async () => {
    const postgres = await start();
    const before = identify(postgres.pid ?? 0);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await until(() => lines.some((line) => /runs again/.test(line)), 20_000);
    expect(await query(postgres.url, 'SELECT word FROM kept')).toEqual([{ word: 'ja' }]);
    const after = identify(postgres.pid ?? 0);
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect([before, after].map((one) => one && isRunning(one))).toEqual([false, false]);
    expect(existsSync(join(data(), 'postmaster.pid'))).toBe(false);
  });

  it('leaves a server alone whose owner lives', async () => {
    const first = await start();
    await expect(startPostgres({ home, port })).rejects.toMatchObject({
      code: 'already-running',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('makes and replaces databases', async () => {
    const { url } = await start();
    const fresh = await createDatabase(url, 'a "fresh" one');
    await query(fresh, 'CREATE TABLE mine ()');
    const again = await createDatabase(url, 'a "fresh" one');
    expect(again).toBe(fresh);
    expect(await query(again, `SELECT to_regclass('mine') AS mine`)).toEqual([{ mine: null }]);
    await dropDatabase(url, 'a "fresh" one');
    await expect(query(fresh, 'SELECT 1')).rejects.toThrow(/does not exist/);
  });

  it('says what to do about data of another major version, and data without its password', async () => {
    const version = join(data(), 'PG_VERSION');
    const original = readFileSync(version);
    writeFileSync(version, '15\n');
    await expect(start()).rejects.toMatchObject({ code: 'data-version' });
    writeFileSync(version, original);
    rmSync(join(home, 'postgres', 'password'));
    await expect(start()).rejects.toMatchObject({ code: 'password-missing' });
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
