import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNats } from './nats/start-nats.js';
import { removeHome } from './postgres/placement.js';
import { startPostgres } from './postgres/start-postgres.js';
import { identify } from './processes/identity.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

export interface TestServices {
  databaseUrl: string;
  natsUrl: string;
  /** Stops what was started and removes its data. */
  stop(): Promise<void>;
}

/**
 * Postgres and NATS for tests: those that TEST_DATABASE_URL and TEST_NATS_URL (or DATABASE_URL and
 * NATS_URL) name, else embedded ones, not crash-safe, under `<repo>/.sluice/test`. Each process has
 * servers of its own there, so that the tests of two projects may run at once.
 */
export async function testServices(log: (line: string) => void = () => {}): Promise<TestServices> {
  const { env } = process;
  const databaseUrl = env['TEST_DATABASE_URL'] || env['DATABASE_URL'];
  const natsUrl = env['TEST_NATS_URL'] || env['NATS_URL'];
  const homes = join(repository, '.sluice', 'test');
  const home = join(homes, homeName(process.pid));
  const cache = join(repository, '.sluice', 'cache');
  removeAbandoned(homes);

  const starts = await Promise.allSettled([
    databaseUrl ? given(databaseUrl) : startPostgres({ home, durable: false, log }),
    natsUrl ? given(natsUrl) : startNats({ home, cache, durable: false, log }),
  ]);
  const stop = async () => {
    await Promise.all(starts.map((start) => start.status === 'fulfilled' && start.value.stop()));
    removeHome(home);
  };
  const [postgres, nats] = starts;
  if (postgres.status === 'fulfilled' && nats.status === 'fulfilled') {
    return { databaseUrl: postgres.value.url, natsUrl: nats.value.url, stop };
  }
  await stop();
  throw [postgres, nats].find((start) => start.status === 'rejected')?.reason;
}

function given(url: string): Promise<{ url: string; stop(): Promise<void> }> {
  return Promise.resolve({ url, stop: async () => {} });
}

/** A pid and when it started: the folder tells whether whoever made it still runs. */
function homeName(pid: number): string {
  return `${pid}-${(identify(pid)?.started ?? '0').replace(/\W+/g, '_')}`;
}

/** Runs that were killed could not remove their data; their servers ended with them. */
function removeAbandoned(homes: string): void {
  mkdirSync(homes, { recursive: true });
  for (const name of readdirSync(homes)) {
    const pid = Number.parseInt(name, 10);
    if (!(pid > 0) || homeName(pid) === name) continue;
    try {
      removeHome(join(homes, name));
    } catch {
      // Left behind by another user, who will remove it.
    }
  }
}
