import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../processes/command.js';
import { allWays, findNatsServer, type Way } from './find-nats-server.js';
import { officialRelease, pinnedRelease } from './official-release.js';
import { isAtLeast } from './version.js';

describe('the search for a nats-server', () => {
  const { PATH } = process.env;
  let folder: string;
  let cache: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-find-'));
    cache = join(folder, 'cache');
  });
  afterEach(() => {
    process.env['PATH'] = PATH;
    rmSync(folder, { recursive: true, force: true });
  });
  const [onPath, inCache] = allWays() as [Way, Way, ...Way[]];

  it('takes one from PATH before any other', async () => {
    const program = serverScript(join(folder, 'bin'), '2.11.0');
    process.env['PATH'] = `${join(folder, 'bin')}:${PATH}`;
    expect(await findNatsServer({ cache })).toBe(program);
  });

  it('passes over one that is too old, or is none', async () => {
    serverScript(join(folder, 'old'), '2.9.9');
    serverScript(join(cache, 'nats-server', 'broken'), 'what?');
    const good = serverScript(join(cache, 'nats-server', 'good'), '2.9.10');
    process.env['PATH'] = `${join(folder, 'old')}:${PATH}`;
    expect(await findNatsServer({ cache, ways: [inCache] })).toBe(good);
    await expect(findNatsServer({ cache, ways: [onPath] })).rejects.toMatchObject({
      code: 'no-nats-server',
      message: expect.stringContaining('is 2.9.9, older than 2.9.10'),
    });
  });

  it('names every way and why it failed', async () => {
    const failing = allWays().map(({ name }, index) => ({
      name,
      find: () => Promise.reject(new Error(`reason ${index}`)),
    }));
    const { message } = await failureOf(findNatsServer({ cache, ways: failing }));
    for (const [index, { name }] of failing.entries())
      expect(message).toContain(`${name}: reason ${index}`);
    expect(message).toContain('NATS_URL');
    for (const word of ['PATH', 'cache', 'release', 'pip', 'apt-get'])
      expect(message).toContain(word);
  });

  it('compares versions by number', () => {
    expect(isAtLeast('2.10.0', '2.9.10')).toBe(true);
    expect(isAtLeast('2.9.10', '2.9.10')).toBe(true);
    expect(isAtLeast('2.9.9', '2.9.10')).toBe(false);
    expect(isAtLeast('3.0.0', '2.9.10')).toBe(true);
  });

  describe('in the official release', () => {
    let site: Server;
    const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
    const file = `nats-server-v9.9.9-${platform}.tar.gz`;
    let served: Buffer;

    beforeEach(async () => {
      serverScript(join(folder, `nats-server-v9.9.9-${platform}`), '9.9.9');
      await runCommand('tar', [
        '-czf',
        join(folder, file),
        '-C',
        folder,
        `nats-server-v9.9.9-${platform}`,
      ]);
      served = readFileSync(join(folder, file));
      site = createServer((request, response) => {
        if (request.url !== `/v9.9.9/${file}`) response.statusCode = 404;
        response.end(served);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => site.once('listening', resolve));
    });
    afterEach(() => void site.close());

    const release = (checksum: string, version = '9.9.9') => {
      const address = `http://127.0.0.1:${(site.address() as AddressInfo).port}/v${version}`;
      return [officialRelease({ version, address, checksums: { [platform]: checksum } })];
    };
    const sum = () => createHash('sha256').update(served).digest('hex');

    it('fetches, proves, unpacks and keeps it', async () => {
      const program = await findNatsServer({ cache, ways: release(sum()) });
      expect(program).toBe(join(cache, 'nats-server', 'release-9.9.9', 'nats-server'));
      expect(await findNatsServer({ cache, ways: [inCache] })).toBe(program);
    });

    it('rejects other bytes than the pinned ones, and keeps nothing of them', async () => {
      const { message } = await failureOf(findNatsServer({ cache, ways: release('0'.repeat(64)) }));
      expect(message).toContain('not what was pinned');
      expect(readdirSync(join(cache, 'nats-server'))).toEqual([]);
    });

    it('reports what the site answers', async () => {
      const { message } = await failureOf(findNatsServer({ cache, ways: release(sum(), '9.9.8') }));
      expect(message).toContain('status 404');
    });

    it('pins whole checksums for every platform that npm has Postgres for', () => {
      for (const checksum of Object.values(pinnedRelease.checksums))
        expect(checksum).toMatch(/^[0-9a-f]{64}$/);
      expect(Object.keys(pinnedRelease.checksums)).toEqual(
        expect.arrayContaining(['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64']),
      );
    });
  });
});

function serverScript(folder: string, version: string): string {
  const program = join(folder, 'nats-server');
  mkdirSync(folder, { recursive: true });
  writeFileSync(program, `#!/bin/sh\necho "nats-server: v${version}"\n`);
  chmodSync(program, 0o755);
  return program;
}

function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: Error) => error,
  );
}
