import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { EmbeddedError } from '../failure.js';
import { runCommand } from '../processes/command.js';
import { commandLine, identify, terminate } from '../processes/identity.js';
import type { Placement } from './placement.js';

export const superuser = 'sluice';

/**
 * Makes sure that there is a data folder that these binaries can serve.
 *
 * @throws EmbeddedError `data-version`, `cannot-start`
 */
export async function ensureCluster(
  placement: Placement,
  password: string,
  durable: boolean,
): Promise<void> {
  const { data, binaries, folder } = placement;
  removeUnfinished(folder);
  if (!existsSync(data)) return initialise(placement, password, durable);
  const version = join(data, 'PG_VERSION');
  if (!existsSync(version)) {
    throw new EmbeddedError('data-version', `${data} is not a Postgres data folder. Move it away.`);
  }
  const major = Number(readFileSync(version, 'utf8'));
  if (major === binaries.major) return;
  throw new EmbeddedError(
    'data-version',
    `The data in ${data} is of Postgres ${major}, but this Sluice brings Postgres ${binaries.major}, which ` +
      `cannot read it. To keep it, dump it with the Sluice that wrote it and restore it here ` +
      `(pg_dump, pg_restore). To start anew, remove ${data}.`,
  );
}

/**
 * Stops a Postgres that still serves the data, and removes a `postmaster.pid` whose process is gone
 * and whose number another program now has: Postgres itself would take that one for its twin.
 */
export async function endPostmaster(data: string, log: (line: string) => void): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : 0;
  const running = pid > 0 ? identify(pid) : undefined;
  if (!running) return;
  if (serves(pid, data)) {
    log(`Postgres: stopping process ${pid}, which still serves ${data}`);
    return terminate(running, 'SIGINT', 15_000);
  }
  // An empty command line is a process that we may not look at. Then Postgres is to judge.
  if (commandLine(pid)) rmSync(file, { force: true });
}

/** Whether the server with this pid takes connections, by its own word in `postmaster.pid`. */
export function isAccepting(data: string, pid: number): boolean {
  const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}

/** initdb into a folder aside and a rename, so that a data folder is whole or absent. */
async function initialise(placement: Placement, password: string, durable: boolean): Promise<void> {
  const { account, binaries, data, folder } = placement;
  const aside = join(folder, `data.new-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${aside}.password`;
  mkdirSync(aside, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) [aside, passwordFile].forEach((path) => chownSync(path, account.uid, account.gid));
  try {
    const { ok, problem } = await runCommand(
      binaries.initdb,
      [
        `--pgdata=${aside}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
        ...(durable ? [] : ['--no-sync']),
      ],
      { account, cwd: '/', env: neutralEnvironment(), timeout: 120_000 },
    );
    if (!ok) throw new EmbeddedError('cannot-start', `initdb failed in ${aside}: ${problem}`);
    renameSync(aside, data);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * What to change in our environment for Postgres: PGDATA, PGPORT and the like are meant for other
 * servers, and messages must be in English, since some of them are recognised.
 */
export function neutralEnvironment(): NodeJS.ProcessEnv {
  const foreign = Object.keys(process.env).filter((name) => /^(PG[A-Z]|LC_|LANG)/.test(name));
  return { ...Object.fromEntries(foreign.map((name) => [name, undefined])), LC_ALL: 'C' };
}

function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('data.new-')) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function serves(pid: number, data: string): boolean {
  const command = commandLine(pid);
  if (!command.includes('postgres')) return false;
  if (command.includes(data)) return true;
  try {
    // Started by hand with PGDATA, its command line does not tell; but Postgres works in its data folder.
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    return false;
  }
}
