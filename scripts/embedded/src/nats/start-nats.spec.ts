import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { identify, isRunning } from '../processes/identity.js';
import { until } from '../processes/until.js';
import { startNats, type EmbeddedNats } from './start-nats.js';

// The cache of all tests: the server is fetched once.
const cache = fileURLToPath(new URL('../../../../.sluice/cache', import.meta.url));

describe('an embedded NATS', () => {
  let home: string;
  let running: EmbeddedNats | undefined;
  const lines: string[] = [];
  const port = 55_600;

  const start = async () => {
    lines.length = 0;
    running = await startNats({ home, cache, port, log: (line) => lines.push(line) });
    return running;
  };

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'sluice-nats-'));
  });
  afterEach(() => running?.stop());
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('keeps its streams from run to run', async () => {
    const first = await start();
    await connected(first.url, async (connection) => {
      const manager = await jetstreamManager(connection);
      await manager.streams.add({ name: 'kept', subjects: ['kept.>'] });
      await jetstream(connection).publish('kept.one', 'ja');
    });
    await first.stop();
    const second = await start();
    expect(await messagesIn(second.url)).toBe(1);
  });

  it('loses nothing acknowledged to kill -9, runs again on the same port, and stops whole', async () => {
    const nats = await start();
    await connected(nats.url, async (connection) => {
      await jetstream(connection).publish('kept.two', 'noch');
    });
    const before = identify(nats.pid ?? 0);
    process.kill(before?.pid ?? 0, 'SIGKILL');
    await until(() => lines.some((line) => /runs again/.test(line)), 20_000);
    expect(await messagesIn(nats.url)).toBe(2);
    const after = identify(nats.pid ?? 0);
    await Promise.all([nats.stop(), nats.stop()]);
    expect([before, after].map((one) => one && isRunning(one))).toEqual([false, false]);
  });

  it('is reached by its password alone', async () => {
    const { url, port: own } = await start();
    await expect(connect({ servers: `127.0.0.1:${own}` })).rejects.toThrow(/authorization/i);
    await connected(url, async (connection) =>
      expect(connection.info?.max_payload).toBe(1024 * 1024),
    );
    for (const file of ['password', 'nats.conf']) {
      expect(statSync(join(home, 'nats', file)).mode & 0o777).toBe(0o600);
    }
  });

  it('takes the next port when its own is taken, and leaves a server alone whose owner lives', async () => {
    const squatter = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    try {
      const nats = await start();
      expect(nats.port).toBeGreaterThan(port);
      expect(await messagesIn(nats.url)).toBe(2);
      await expect(startNats({ home, cache, port })).rejects.toMatchObject({
        code: 'already-running',
      });
    } finally {
      squatter.close();
    }
  });
});

async function messagesIn(url: string): Promise<number> {
  let count = -1;
  await connected(url, async (connection) => {
    const manager = await jetstreamManager(connection);
    count = (await manager.streams.info('kept')).state.messages;
  });
  return count;
}

async function connected(
  url: string,
  work: (connection: NatsConnection) => Promise<unknown>,
): Promise<void> {
  const { host, username, password } = new URL(url);
  const connection = await connect({ servers: host, user: username, pass: password });
  try {
    await work(connection);
  } finally {
    await connection.close();
  }
}
