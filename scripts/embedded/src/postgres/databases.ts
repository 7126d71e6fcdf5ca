import { Client, escapeIdentifier } from 'pg';

/**
 * Makes a fresh database, in place of one that already has the name.
 *
 * @param url of any database on the server, of a user who may create databases
 * @returns the new database's URL
 */
export async function createDatabase(url: string, name: string): Promise<string> {
  await withClient(url, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
    // template1, the default, cannot be copied while anyone is connected to it.
    await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);
  });
  return withDatabase(url, name);
}

/** Drops a database, and with it whoever is still connected. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
  });
}

/** Makes a database unless it is there. */
export async function ensureDatabase(url: string, name: string): Promise<void> {
  await withClient(url, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount) return;
    await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`);
  });
}

/** The same server's URL, of another database. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.href;
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that goes away while the client idles is reported by the next query.
  client.on('error', () => {});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
