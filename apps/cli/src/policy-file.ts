import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { SluiceError } from '@sluice/contracts';
import { plain } from './terminal.js';

/**
 * The text of a policy.
 *
 * @throws SluiceError `invalid_policy` when it cannot be read
 */
export const readPolicy = async (file: string, folder: string): Promise<string> => {
  try {
    return await readFile(resolve(folder, file), 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing ? 'there is no such file' : (cause as Error).message;
    const hint = missing
      ? `Run the command where the policy is, or name its path; this one starts at ${plain(folder)}.`
      : undefined;
    const faults = [{ file, message, hint }];
    throw new SluiceError('invalid_policy', 'The policy cannot be read.', { faults, cause });
  }
};
