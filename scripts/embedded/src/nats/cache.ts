import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of fetched servers in a cache: one folder for each, named by where it came from. */
export function serversIn(cache: string): string {
  return join(cache, 'nats-server');
}

/** The servers in a cache, whether they can be used or not. */
export function cachedServers(cache: string): string[] {
  const folder = serversIn(cache);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name, 'nats-server'))
    .filter((program) => existsSync(program));
}

/**
 * Puts a fetched program into the cache. It is fetched into a folder aside and only then renamed
 * into its place, so that a broken fetch leaves nothing behind, and two at once do no harm.
 *
 * @param fetch fetches into the folder it is given, and returns the program's path in there
 * @returns the program's path in the cache
 */
export async function addToCache(
  cache: string,
  name: string,
  fetch: (folder: string) => Promise<string>,
): Promise<string> {
  const aside = join(serversIn(cache), `.${name}-${randomBytes(4).toString('hex')}`);
  mkdirSync(aside, { recursive: true });
  try {
    const fetched = await fetch(aside);
    const program = join(serversIn(cache), name, 'nats-server');
    chmodSync(fetched, 0o755);
    mkdirSync(dirname(program), { recursive: true });
    renameSync(fetched, program);
    return program;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
