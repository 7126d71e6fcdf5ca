import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { SluiceError } from '@sluice/contracts';

/** A folder that goes when the tests of the file are done. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'artifacts-spec-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** The error that a promise is rejected with, which must be one that a user can act on. */
export const rejection = async (promise: Promise<unknown>): Promise<SluiceError> => {
  const outcome = await promise.then(
    (value) => new Error(`expected a rejection, got ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (!(outcome instanceof SluiceError)) throw outcome;
  return outcome;
};
