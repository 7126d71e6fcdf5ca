import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedError } from '../failure.js';
import { runCommand, type Account } from '../processes/command.js';
import { accountForPostgres } from './account.js';
import { postgresPackage, usableBinaries, type PostgresBinaries } from './binaries.js';

/** For what an unprivileged account must reach when the clone lies in a closed folder such as /root. */
const outside = ['/var/lib/sluice', '/var/tmp/sluice'];
const note = 'LOCATION';

export interface Placement {
  account: Account | undefined;
  binaries: PostgresBinaries;
  /** The folder that holds the data folder; the account can enter it, but not write to it. */
  folder: string;
  data: string;
}

/**
 * Decides which account runs Postgres, from where, and where its data lies: in `<home>/postgres`
 * unless the account cannot get there. Then a file LOCATION there names the place.
 *
 * @throws EmbeddedError `no-account`, `no-place`, `no-postgres-binaries`
 */
export async function placePostgres(home: string): Promise<Placement> {
  const own = join(home, 'postgres');
  mkdirSync(own, { recursive: true });
  const kept = [own, notedPlace(home)].find((folder) => folder && existsSync(join(folder, 'data')));
  const account = await accountForPostgres(kept && join(kept, 'data'));
  const folder = await chooseFolder(home, kept, account);
  const binaries = await usableBinaries(postgresPackage(), account, async () => {
    const copies = join(account ? await outsideFor(account) : own, 'runtime');
    openFolder(copies);
    return copies;
  });
  return { account, binaries, folder, data: join(folder, 'data') };
}

/**
 * Removes a home with all its data, also what lies outside of it. Nothing may run there.
 */
export function removeHome(home: string): void {
  const place = existsSync(home) ? notedPlace(home) : undefined;
  if (place) {
    rmSync(place, { recursive: true, force: true });
    const base = dirname(place);
    if (readdirSync(base).length === 0) rmdirSync(base);
  }
  rmSync(home, { recursive: true, force: true });
}

async function chooseFolder(
  home: string,
  kept: string | undefined,
  account: Account | undefined,
): Promise<string> {
  const own = join(home, 'postgres');
  if (!account || (await canEnter(kept ?? own, account))) return kept ?? own;
  if (kept) {
    throw new EmbeddedError(
      'no-place',
      `The database in ${kept} cannot be reached by ${account.name}, the account that Postgres ` +
        `runs as when root starts it. Start as the owner of that folder, or let others enter it.`,
    );
  }
  const place = join(await outsideFor(account), placeName(home));
  openFolder(place);
  writeFileSync(join(own, note), `${place}\n`);
  return place;
}

/** The first folder outside that is root's alone to write and that the account can enter. */
async function outsideFor(account: Account): Promise<string> {
  for (const base of outside) {
    try {
      openFolder(base);
    } catch {
      continue;
    }
    const { uid, mode } = lstatSync(base);
    // In /var/tmp anyone may have made a folder of that name first, to hold what we then execute.
    if (uid === 0 && (mode & 0o022) === 0 && (await canEnter(base, account))) return base;
  }
  throw new EmbeddedError(
    'no-place',
    `${account.name}, the account that Postgres runs as when root starts it, can enter neither this ` +
      `folder nor ${outside.join(' nor ')}. Run as another user, or set DATABASE_URL to a Postgres server.`,
  );
}

function openFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

async function canEnter(folder: string, account: Account): Promise<boolean> {
  const test = ['-c', 'cd "$1" && test -x .', 'sh', folder];
  return (await runCommand('/bin/sh', test, { account, cwd: '/' })).ok;
}

/** The place that the note of a home names, provided that it is one of this home. */
function notedPlace(home: string): string | undefined {
  const file = join(home, 'postgres', note);
  if (!existsSync(file)) return undefined;
  const place = readFileSync(file, 'utf8').trim();
  // Root may later remove what the note names: a forged one must not name anything else.
  return outside.some((base) => place === join(base, placeName(home))) ? place : undefined;
}

function placeName(home: string): string {
  return createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 16);
}
