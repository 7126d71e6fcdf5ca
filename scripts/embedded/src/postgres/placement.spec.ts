import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { accountForPostgres } from './account.js';
import { postgresPackage, usableBinaries } from './binaries.js';
import { removeHome } from './placement.js';
import { startPostgres } from './start-postgres.js';

const asRoot = process.getuid?.() === 0 ? it : it.skip;
const noCopies = () => Promise.reject(new Error('no copy is needed'));

describe('where Postgres runs from and keeps its data', () => {
  let folder: string;
  beforeEach(() => {
    // In root's home, which is closed to others on most systems, and itself closed on all.
    folder = mkdtempSync(join(process.getuid?.() === 0 ? homedir() : tmpdir(), '.sluice-place-'));
  });
  afterEach(() => removeHome(folder));

  asRoot(
    'as root in a closed folder, data lies where an unprivileged account can reach it',
    async () => {
      const first = await startPostgres({ home: folder, port: 55_500, durable: false });
      await first.stop();
      const place = readFileSync(join(folder, 'postgres', 'LOCATION'), 'utf8').trim();
      expect(first.data).toBe(join(place, 'data'));
      expect(lstatSync(first.data).uid).not.toBe(0);
      expect(lstatSync(first.data).mode & 0o777).toBe(0o700);
      expect(lstatSync(place)).toMatchObject({ uid: 0 });

      const second = await startPostgres({ home: folder, port: 55_500, durable: false });
      await second.stop();
      expect(second.data).toBe(first.data);

      removeHome(folder);
      expect([existsSync(place), existsSync(folder)]).toEqual([false, false]);
    },
  );

  asRoot('a forged LOCATION is not followed', async () => {
    const bait = mkdtempSync(join(tmpdir(), 'sluice-bait-'));
    const first = await startPostgres({ home: folder, port: 55_500, durable: false });
    await first.stop();
    const note = join(folder, 'postgres', 'LOCATION');
    const original = readFileSync(note);
    writeFileSync(note, `${bait}\n`);
    removeHome(folder);
    expect(existsSync(bait)).toBe(true);
    rmSync(bait, { recursive: true });
    // Put back, for its data to be found and removed.
    mkdirSync(join(folder, 'postgres'), { recursive: true });
    writeFileSync(note, original);
  });

  asRoot('binaries in a closed folder are copied once', async () => {
    const { native, version } = postgresPackage();
    const closed = join(folder, 'native');
    cpSync(native, closed, { recursive: true, verbatimSymlinks: true });
    const copies = mkdtempSync(join(tmpdir(), 'sluice-copies-'));
    const account = await accountForPostgres(undefined);
    chmodSync(copies, 0o755);
    const use = () => usableBinaries({ native: closed, version }, account, async () => copies);
    const [first, second] = [await use(), await use()];
    expect(first).toEqual(second);
    expect(first.postgres).toBe(join(copies, `postgres-${version}`, 'bin', 'postgres'));
    expect(readdirSync(copies)).toHaveLength(1);
    rmSync(copies, { recursive: true });
  });

  it('links that no install script made are made', async () => {
    const { native, version } = postgresPackage();
    const bare = join(folder, 'native');
    cpSync(native, bare, { recursive: true, verbatimSymlinks: true });
    const links = linksIn(join(bare, 'lib'));
    links.forEach((link) => unlinkSync(link));
    const { major } = await usableBinaries({ native: bare, version }, undefined, noCopies);
    expect(major).toBe(18);
    expect(linksIn(join(bare, 'lib'))).toEqual(links);
    expect(links.every((link) => existsSync(link))).toBe(true);
  });
});

function linksIn(folder: string): string[] {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isSymbolicLink());
}
