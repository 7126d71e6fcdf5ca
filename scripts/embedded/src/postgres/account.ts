import { statSync } from 'node:fs';
import { runCommand, type Account } from '../processes/command.js';
import { EmbeddedError } from '../failure.js';

/** Accounts that a system is likely to have and that may do little. No account is ever created. */
const unprivileged = ['postgres', 'nobody'];

/**
 * The account that Postgres runs as: undefined for our own. Postgres refuses to run as root, so
 * root hands it to an unprivileged account: to the owner of the data when there is some already.
 *
 * @throws EmbeddedError `no-account`
 */
export async function accountForPostgres(data: string | undefined): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = data === undefined ? undefined : statSync(data);
  if (owner?.uid) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  for (const name of unprivileged) {
    const account = await accountNamed(name);
    if (account) return account;
  }
  throw new EmbeddedError(
    'no-account',
    `Postgres does not run as root, and there is no account to run it as (looked for: ` +
      `${unprivileged.join(', ')}). Run as another user, or set DATABASE_URL to a Postgres server.`,
  );
}

async function accountNamed(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([number('-u', name), number('-g', name)]);
  return uid && gid !== undefined ? { name, uid, gid } : undefined;
}

async function number(flag: '-u' | '-g', name: string): Promise<number | undefined> {
  const { ok, stdout } = await runCommand('id', [flag, name]);
  return ok ? Number.parseInt(stdout, 10) : undefined;
}
