import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/command.js';
import { addToCache } from './cache.js';
import type { Way } from './find-nats-server.js';

const installed = '/usr/sbin/nats-server';
const minutes = 60_000;

/**
 * Takes the server out of Debian's package, in the cache, so that nothing of the system changes.
 * Only where that fails, root installs the package. Apt checks its signatures.
 */
export const fromApt: Way = {
  name: 'apt-get install nats-server',
  async find(cache, onProgress) {
    onProgress('NATS: fetching nats-server with apt-get');
    const isRoot = process.getuid?.() === 0;
    try {
      return await addToCache(cache, 'apt', (folder) => unpack(folder, isRoot));
    } catch (error) {
      if (!isRoot || !(await runCommand('apt-get', ['--version'])).ok) throw error;
      return install(error as Error);
    }
  },
};

async function unpack(folder: string, isRoot: boolean): Promise<string> {
  let fetched = await downloadPackage(folder);
  if (!fetched.ok && isRoot && !fetched.problem.includes('not found')) {
    // Images are often shipped without the lists of packages.
    await runCommand('apt-get', ['update', '-qq'], { timeout: 2 * minutes });
    fetched = await downloadPackage(folder);
  }
  if (!fetched.ok) throw new Error(fetched.problem);
  const name = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (!name) throw new Error('apt-get download left no package behind');
  const { ok, problem } = await runCommand('dpkg-deb', ['-x', join(folder, name), folder]);
  if (!ok) throw new Error(problem);
  const program = ['usr/sbin', 'usr/bin']
    .map((bin) => join(folder, bin, 'nats-server'))
    .find(existsSync);
  if (!program) throw new Error(`${name} holds no nats-server`);
  return program;
}

function downloadPackage(cwd: string): ReturnType<typeof runCommand> {
  const limits = ['-o', 'Acquire::http::Timeout=15', '-o', 'Acquire::Retries=1'];
  return runCommand('apt-get', [...limits, 'download', '-q', 'nats-server'], {
    cwd,
    timeout: 2 * minutes,
  });
}

async function install(unpackFailed: Error): Promise<string> {
  const { ok, problem } = await runCommand(
    'apt-get',
    ['install', '-y', '-q', '--no-install-recommends', 'nats-server'],
    // Run level 1 keeps the package from starting a server of its own on the default port.
    { timeout: 5 * minutes, env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' } },
  );
  if (!ok) throw new Error(`${unpackFailed.message}; then, installing it: ${problem}`);
  return installed;
}
