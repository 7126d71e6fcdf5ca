import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError, reasonOf } from '../failure.js';
import { assertSupportedPlatform } from '../platform.js';
import { claim } from '../processes/claim.js';
import { freePort } from '../processes/ports.js';
import { keptSecret } from '../processes/secret.js';
import { Supervised } from '../processes/supervise.js';
import {
  neutralEnvironment,
  endPostmaster,
  ensureCluster,
  isAccepting,
  superuser,
} from './cluster.js';
import { ensureDatabase, withDatabase } from './databases.js';
import { placePostgres, type Placement } from './placement.js';

const database = 'sluice';
/** Not 5432, where a Postgres of the system's own would be. */
const defaultPort = 54_329;
const attempts = 10;

export interface PostgresOptions {
  /** The folder that holds the data, such as `<repo>/.sluice`. */
  home: string;
  /** The port to try first; the next free one is taken when it is not free. */
  port?: number;
  log?: (line: string) => void;
  /** False gives up crash safety for speed, for data that no one will miss. */
  durable?: boolean;
}

export interface EmbeddedPostgres {
  /** `postgres://sluice:<password>@127.0.0.1:<port>/sluice` */
  readonly url: string;
  readonly port: number;
  /** The pid of the server; undefined while it is being started again. */
  readonly pid: number | undefined;
  /** The data folder. */
  readonly data: string;
  /** Stops the server in order. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts Postgres, which keeps its data in `home` from run to run, and starts it again should it die.
 *
 * @throws EmbeddedError
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  assertSupportedPlatform('Postgres', 'DATABASE_URL');
  const { log = () => {} } = options;
  const home = resolve(options.home);
  const placement = await placePostgres(home);
  const { data } = placement;
  const server = { name: 'Postgres', marker: data, signal: 'SIGINT' } as const;
  const held = await claim(join(home, 'postgres', 'process.json'), server, log);
  try {
    const password = passwordFor(home, data);
    await endPostmaster(data, log);
    await ensureCluster(placement, password, options.durable ?? true);
    const { process, port } = await serve({ ...options, home }, placement, held.record);
    process.on('restarted', ({ pid }) => log(`Postgres: died, and runs again as process ${pid}`));
    const stop = () => process.stop().then(held.release);
    const url = `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`;
    await ensureDatabase(withDatabase(url, 'postgres'), database).catch(async (error) => {
      await stop();
      throw new EmbeddedError(
        'cannot-start',
        `Postgres runs, but takes no connection with the password in ${join(home, 'postgres', 'password')}: ${reasonOf(error)}`,
        { cause: error },
      );
    });
    return {
      url,
      port,
      data,
      stop,
      get pid() {
        return process.pid;
      },
    };
  } catch (error) {
    held.release();
    throw error;
  }
}

/** A password is made with the data. Data whose password is lost can't be opened by a new one. */
function passwordFor(home: string, data: string): string {
  const file = join(home, 'postgres', 'password');
  if (existsSync(data) && !existsSync(file)) {
    throw new EmbeddedError(
      'password-missing',
      `There is a database in ${data}, but its password, kept in ${file}, is gone. ` +
        `Restore that file, or remove ${data} to start anew.`,
    );
  }
  return keptSecret(file);
}

async function serve(
  { home, port: preferred = defaultPort, log = () => {}, durable = true }: PostgresOptions,
  placement: Placement,
  record: (pid: number) => void,
): Promise<{ process: Supervised; port: number }> {
  let first = preferred;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(first);
    const process = postgresOn(port, home, placement, durable);
    process.on('started', ({ pid }) => record(pid));
    try {
      await process.start();
      if (port !== preferred) log(`Postgres: port ${preferred} is taken, using ${port}`);
      return { process, port };
    } catch (error) {
      const { message } = error as Error;
      if (attempt === attempts) throw error;
      // Someone took the port between our test and its bind.
      if (message.includes('could not bind')) first = port + 1;
      // The last processes of a server that was killed are still on their way out.
      else if (message.includes('shared memory block')) await sleep(500);
      else throw error;
    }
  }
}

function postgresOn(
  port: number,
  home: string,
  placement: Placement,
  durable: boolean,
): Supervised {
  const { account, binaries, data } = placement;
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    timezone: 'UTC',
    log_checkpoints: 'off',
    ...(!durable && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return new Supervised({
    name: 'postgres',
    home,
    account,
    cwd: '/',
    env: neutralEnvironment(),
    command: binaries.postgres,
    args: [
      '-D',
      data,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    isReady: async (pid) => isAccepting(data, pid),
    // A crash recovery of much data takes its time.
    readyTimeout: 60_000,
    // SIGINT is Postgres's "fast shutdown": it ends sessions and writes a checkpoint.
    stopSignal: 'SIGINT',
    stopTimeout: 20_000,
    leash: true,
  });
}
