import { randomBytes } from 'node:crypto';
import { access, constants, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SluiceError } from '@sluice/contracts';

/**
 * Whether a report or a profile can be written there, as far as that can be known beforehand.
 *
 * @throws SluiceError `invalid_request` for a folder, and where the folder of the file is missing or read-only
 */
export const checkOutput = async (path: string): Promise<void> => {
  const found = await stat(path).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannotWrite(path, reasonOf(cause), cause);
  });
  if (found?.isDirectory()) throw cannotWrite(path, 'it is a folder');
  if (found !== null && !found.isFile()) throw cannotWrite(path, 'it is no ordinary file');
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw cannotWrite(path, reasonOf(cause), cause);
  });
};

/**
 * Writes a file in one step: whoever opens it meanwhile finds the old one or the new one, and never a part.
 *
 * @throws SluiceError `invalid_request` when it cannot be written
 */
export const writeOutput = async (path: string, text: string): Promise<void> => {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, path);
  } catch (cause) {
    // The first failure is the one to tell.
    await rm(draft, { force: true }).catch(() => undefined);
    throw cannotWrite(path, reasonOf(cause), cause);
  }
};

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENAMETOOLONG: 'the name is too long',
  ENOTDIR: 'its folder is a file',
  EACCES: 'the folder may not be written to',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

const reasonOf = (cause: unknown): string => {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return reasons[code] ?? message;
};

const cannotWrite = (path: string, reason: string, cause?: unknown): SluiceError =>
  new SluiceError('invalid_request', `${path} cannot be written: ${reason}.`, {
    cause,
  });
