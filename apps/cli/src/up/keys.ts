import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RegistryClient } from '@sluice/client';
import { apiKeySecretSchema, SluiceError } from '@sluice/contracts';

export const adminKeyFile = (home: string): string => join(home, 'admin.key');

/** The admin key of a home; made when the home is new. */
export const adminKey = (home: string): string => {
  const file = adminKeyFile(home);
  const kept = readKey(file);
  if (kept !== undefined) return kept;
  const secret = `slk_${randomBytes(32).toString('hex')}`;
  writeKey(file, secret);
  return secret;
};

/**
 * The key with which one of our services talks to the registry, made through the API like any other key. A kept
 * key that the registry does not know (its database was replaced, or the key revoked) gives way to a new one.
 */
export const serviceKey = async (
  home: string,
  service: string,
  registryUrl: string,
): Promise<string> => {
  const file = join(home, 'keys', `${service}.key`);
  const kept = readKey(file);
  if (kept !== undefined && (await isKnown(kept, registryUrl))) return kept;
  const admin = new RegistryClient({ url: registryUrl, apiKey: adminKey(home) });
  const created = await admin.createKey({ name: service, kind: 'machine', roles: ['service'] });
  writeKey(file, created.secret);
  return created.secret;
};

/** The question does not matter, only whether the registry knows who asks. */
const isKnown = async (secret: string, registryUrl: string): Promise<boolean> => {
  try {
    await new RegistryClient({ url: registryUrl, apiKey: secret }).environments();
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unauthenticated') return false;
    if (error instanceof SluiceError && error.code === 'forbidden') return true;
    throw error;
  }
};

/** @throws SluiceError `invalid_request` when the file holds something else, which is not ours to replace */
const readKey = (file: string): string | undefined => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SluiceError('invalid_request', `${file} cannot be read: ${(error as Error).message}`);
  }
  if (apiKeySecretSchema.safeParse(text).success) return text;
  throw new SluiceError('invalid_request', `${file} holds no API key.`, {
    faults: [{ file, message: 'the key is not valid', expected: 'slk_ and 64 hexadecimal digits' }],
  });
};

/** For the owner's eyes alone, and whole or not there at all. */
const writeKey = (file: string, secret: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  const arriving = `${file}.${process.pid}`;
  writeFileSync(arriving, `${secret}\n`, { mode: 0o600 });
  renameSync(arriving, file);
};
