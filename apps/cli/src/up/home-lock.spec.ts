import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HomeLock } from './home-lock.js';

describe('HomeLock', () => {
  let home: string;
  const file = (): string => join(home, 'up.lock');

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'sluice-lock-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('keeps others out until it is released', async () => {
    const lock = await HomeLock.take(home);
    await expect(HomeLock.take(home)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    lock.release();
    (await HomeLock.take(home)).release();
  });

  it('replaces one whose holder was killed, though its pid lives on in another process', async () => {
    const gone = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => gone.once('listening', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    writeFileSync(file(), JSON.stringify({ pid: process.pid, port }));
    (await HomeLock.take(home)).release();
  });

  it('is not fooled by another program on the port of a holder that was killed', async () => {
    const other = createServer((socket) => socket.end('220 mail.example.com\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    writeFileSync(file(), JSON.stringify({ pid: process.pid, port }));
    (await HomeLock.take(home)).release();
    await new Promise((resolve) => other.close(resolve));
  });

  it.each(['', '{"pid":1', '{}', 'null', '{"port":99999999}'])(
    'replaces one that was cut short: %j',
    async (text) => {
      writeFileSync(file(), text);
      const lock = await HomeLock.take(home);
      expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ pid: process.pid });
      lock.release();
    },
  );
});
