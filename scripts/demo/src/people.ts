import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RegistryClient } from '@sluice/client';
import { SluiceError, type CreateApiKey } from '@sluice/contracts';

export interface KeyHolder {
  secret: string;
  file: string;
  client: RegistryClient;
}

/**
 * A person or machine of the story, with a real API key. It is kept beside the other keys, so that a second start
 * finds it; one that the registry no longer knows is replaced.
 */
export const keyHolder = async (
  admin: RegistryClient,
  home: string,
  wanted: CreateApiKey,
  signal: AbortSignal,
): Promise<KeyHolder & { isNew: boolean }> => {
  const clientWith = (apiKey: string): RegistryClient =>
    new RegistryClient({ url: admin.url, apiKey, signal });
  const file = join(home, 'keys', `${wanted.name}.key`);
  const kept = readKey(file);
  if (kept !== undefined) {
    const client = clientWith(kept);
    if (await isKnown(client)) return { secret: kept, file, client, isNew: false };
  }
  const { secret } = await admin.createKey(wanted);
  writeKey(file, secret);
  return {
    secret,
    file,
    client: clientWith(secret),
    isNew: true,
  };
};

/** The question does not matter, only whether the registry knows who asks. */
const isKnown = async (client: RegistryClient): Promise<boolean> => {
  try {
    await client.environments();
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unauthenticated') return false;
    throw error;
  }
};

const readKey = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const writeKey = (file: string, secret: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, `${secret}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
};
