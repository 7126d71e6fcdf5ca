import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNats } from './nats/start-nats.js';
import { removeHome } from './postgres/placement.js';
import { startPostgres } from './postgres/start-postgres.js';
import { identify } from './processes/identity.js';
import { startTrino, type EmbeddedTrino } from './trino/start-trino.js';

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
  const home = testHome();
  const starts = await Promise.allSettled([startTestPostgres(home, log), startTestNats(home, log)]);
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

/** Postgres alone, for several processes of tests to share: each makes databases of its own in it. */
export async function testPostgres(log: (line: string) => void = () => {}): Promise<TestServer> {
  const home = testHome();
  const postgres = await startTestPostgres(home, log);
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop();
      removeHome(home);
    },
  };
}

/** Trino, for tests to read tables from. Its data is removed with it. */
export async function testTrino(log: (line: string) => void = () => {}): Promise<EmbeddedTrino> {
  const home = testHome();
  const trino = await startTrino({ home, cache: join(repository, '.sluice', 'cache'), log });
  return {
    ...trino,
    stop: async () => {
      await trino.stop();
      removeHome(home);
    },
  };
}

export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
}

function testHome(): string {
  const homes = join(repository, '.sluice', 'test');
  removeAbandoned(homes);
  return join(homes, homeName(process.pid));
}

function startTestPostgres(home: string, log: (line: string) => void): Promise<TestServer> {
  const url = process.env['TEST_DATABASE_URL'] || process.env['DATABASE_URL'];
  return url ? given(url) : startPostgres({ home, durable: false, log });
}

function startTestNats(home: string, log: (line: string) => void): Promise<TestServer> {
  const url = process.env['TEST_NATS_URL'] || process.env['NATS_URL'];
  const cache = join(repository, '.sluice', 'cache');
  return url ? given(url) : startNats({ home, cache, durable: false, log });
}

function given(url: string): Promise<TestServer> {
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
