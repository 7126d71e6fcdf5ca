import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from '../failure.js';
import { runCommand, type CommandResult } from '../processes/command.js';
import { keepAside } from './keep-aside.js';

export const trinoVersion = '476';

interface Archive {
  /** As Maven names it: group, artifact, version, kind. */
  readonly coordinates: string;
  readonly file: string;
  readonly sha256: string;
}

/** The server without the connectors, which are 600 MB more, and the one that reads Parquet files. */
const server: Archive = {
  coordinates: `io.trino:trino-server-core:${trinoVersion}:tar.gz`,
  file: `trino-server-core-${trinoVersion}.tar.gz`,
  sha256: '0f388f9967c177ae70a47c099082fc95387f0c3cb96d8000d1d41fc3a5223158',
};
const hive: Archive = {
  coordinates: `io.trino:trino-hive:${trinoVersion}:zip`,
  file: `trino-hive-${trinoVersion}.zip`,
  sha256: '611bacdb07d9f3cf7b9d47f97ecc76fa2e7ff8bfe8a9728c3d06adc1bfb8662e',
};

/** What of Trino is on this machine. */
export interface Distribution {
  /** Its jars. */
  readonly lib: string;
  /** A folder for each plugin. */
  readonly plugins: string;
}

/**
 * Trino's server and its Hive connector, fetched with Maven into the cache (450 MB) and unpacked there, once. Archives
 * that lie in `<cache>/archives` are taken from there.
 *
 * @throws Error with the reason why they can't be had
 */
export async function findDistribution(
  cache: string,
  onProgress: (line: string) => void,
): Promise<Distribution> {
  const home = await keepAside(join(cache, `server-${trinoVersion}`), async (folder) => {
    const unpacked = join(folder, 'unpacked');
    const plugins = join(unpacked, 'plugins');
    mkdirSync(plugins, { recursive: true });
    // Each plugin takes seconds to load, and none of those that come with the server is needed.
    await done(
      runCommand(
        'tar',
        [
          '-xzf',
          await fetchArchive(server, cache, folder, onProgress),
          '--exclude=*/plugin/*',
          '-C',
          folder,
        ],
        { timeout: 300_000 },
      ),
    );
    renameSync(join(folder, `trino-server-core-${trinoVersion}`, 'lib'), join(unpacked, 'lib'));
    await unzip(await fetchArchive(hive, cache, folder, onProgress), folder);
    renameSync(join(folder, `trino-hive-${trinoVersion}`), join(plugins, 'hive'));
    return unpacked;
  });
  return { lib: join(home, 'lib'), plugins: join(home, 'plugins') };
}

async function fetchArchive(
  { coordinates, file, sha256 }: Archive,
  cache: string,
  folder: string,
  onProgress: (line: string) => void,
): Promise<string> {
  const kept = join(cache, 'archives', file);
  if (existsSync(kept)) return verified(kept, sha256);
  onProgress(`Trino: fetching ${coordinates} with Maven`);
  const output = join(folder, 'archives');
  try {
    await done(
      runCommand(
        'mvn',
        [
          '--batch-mode',
          '--quiet',
          '--no-transfer-progress',
          // Maven's own repository would keep another copy for good.
          `-Dmaven.repo.local=${join(folder, 'maven')}`,
          'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy',
          `-Dartifact=${coordinates}`,
          `-DoutputDirectory=${output}`,
        ],
        { cwd: folder, timeout: 900_000 },
      ),
    );
  } catch (cause) {
    throw new Error(
      `Maven cannot fetch ${coordinates} (${reasonOf(cause)}). Install Maven, or put ${file} into ${join(cache, 'archives')}.`,
      { cause },
    );
  }
  return verified(join(output, file), sha256);
}

async function verified(file: string, sha256: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256) throw new Error(`${file} has the SHA-256 ${found}, not ${sha256}`);
  return file;
}

/** Linux has unzip or Python; the tar of macOS unpacks ZIP as well. */
async function unzip(archive: string, folder: string): Promise<void> {
  const ways: readonly (readonly [string, ...string[]])[] = [
    ['unzip', '-q', archive, '-d', folder],
    ['python3', '-m', 'zipfile', '-e', archive, folder],
    ['tar', '-xf', archive, '-C', folder],
  ];
  const problems: string[] = [];
  for (const [command, ...args] of ways) {
    const { ok, problem } = await runCommand(command, args, { timeout: 300_000 });
    if (ok && readdirSync(folder).length > 0) return;
    problems.push(`${command}: ${problem}`);
  }
  throw new Error(`${archive} cannot be unpacked: ${problems.join('; ')}`);
}

async function done(command: Promise<CommandResult>): Promise<void> {
  const { ok, problem } = await command;
  if (!ok) throw new Error(problem);
}
