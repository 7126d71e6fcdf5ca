import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../failure.js';
import { runCommand } from '../processes/command.js';
import { addToCache } from './cache.js';
import type { Way } from './find-nats-server.js';

export interface Release {
  version: string;
  /** Where the release's files lie. */
  address: string;
  /** SHA-256 of `nats-server-v<version>-<platform>.tar.gz`, by platform. */
  checksums: Readonly<Record<string, string>>;
}

/**
 * The release that is fetched. The checksums of Linux are those in the Dockerfile of the official
 * image (nats-io/nats-docker, tag v2.14.5, 2.14.x/alpine3.22/Dockerfile), those of macOS the ones
 * that Hermit pins from the release's SHA256SUMS (cashapp/hermit-packages, nats-server.hcl); for
 * amd64 and arm64 on Linux the two agree.
 */
export const pinnedRelease: Release = {
  version: '2.14.5',
  address: 'https://github.com/nats-io/nats-server/releases/download/v2.14.5',
  checksums: {
    'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
    'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
    'linux-arm7': 'c8796b63a8603fdebabd63146ac3d3997c29a2829fdd2af6db320f4a287f2e71',
    'linux-386': '7eb520d5080d2c4b2e9ad0866aa301f7c7af35058bfae61c1ba0cef472d21d47',
    'linux-ppc64le': '5d8f1a264a3bc4b30899814ae8e898b1268e817074635adddd24b32f388e4cc4',
    'linux-s390x': '829193e8c592e0df5f15402c27417df18d26503d22b77dfc9491982fe0b51a67',
    'darwin-amd64': 'f95c98d6b6ed2b63c5681b46b092c9585c99767d547cf495730c329234625e96',
    'darwin-arm64': 'ddd907854d9a2de834af133fa396915fe6442fe6d8909ae31390d1ea7a0fea50',
  },
};

/** Node's names of processors in those of Go. */
const processors: Readonly<Record<string, string>> = {
  x64: 'amd64',
  arm64: 'arm64',
  arm: 'arm7',
  ia32: '386',
  ppc64: 'ppc64le',
  s390x: 's390x',
};

/** Behind a firewall that drops packets nothing answers: then the next way is due soon. */
const answerTimeout = 8_000;
const downloadTimeout = 120_000;

/** Fetches the pinned release from NATS's own site and proves it by its checksum. */
export function officialRelease(release: Release = pinnedRelease): Way {
  return {
    name: `official release ${release.version}`,
    async find(cache, onProgress) {
      const platform = `${process.platform}-${processors[process.arch] ?? process.arch}`;
      const checksum = release.checksums[platform];
      if (!checksum) throw new Error(`there is no checksum for ${platform}`);
      const file = `nats-server-v${release.version}-${platform}.tar.gz`;
      const url = `${release.address}/${file}`;
      onProgress(`NATS: fetching ${url}`);
      return addToCache(cache, `release-${release.version}`, async (folder) => {
        const archive = join(folder, file);
        writeFileSync(archive, proven(await download(url), checksum, url));
        const { ok, problem } = await runCommand('tar', ['-xzf', archive, '-C', folder]);
        if (!ok) throw new Error(`cannot unpack ${file}: ${problem}`);
        return join(folder, file.replace(/\.tar\.gz$/, ''), 'nats-server');
      });
    },
  };
}

async function download(url: string): Promise<Buffer> {
  const overdue = new AbortController();
  const reason = (limit: number) => new Error(`no answer within ${limit / 1000} s`);
  let timer = setTimeout(() => overdue.abort(reason(answerTimeout)), answerTimeout);
  try {
    const response = await fetch(url, { signal: overdue.signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    clearTimeout(timer);
    timer = setTimeout(() => overdue.abort(reason(downloadTimeout)), downloadTimeout);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw new Error(`GET ${url} failed: ${reasonOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function proven(content: Buffer, checksum: string, url: string): Buffer {
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual === checksum) return content;
  throw new Error(`${url} is not what was pinned: its SHA-256 is ${actual}, not ${checksum}`);
}
