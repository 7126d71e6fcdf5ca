import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SluiceError } from '@sluice/contracts';

export interface ServiceRecord {
  /** null while it is being started again. */
  pid: number | null;
  url: string;
  /** The file its output goes to. */
  log: string;
}

/** What runs, for those who want to talk to it: `<home>/up.json`, there as long as `sluice up` runs. */
export interface UpRecord {
  registryUrl: string;
  gatewayUrl: string;
  adminKeyFile: string;
  /** Of `sluice up` itself. */
  pid: number;
  services: Record<string, ServiceRecord>;
}

export const defaultHome = '.sluice';

const recordFile = (home: string): string => join(home, 'up.json');

/** Replaces it in one step, so that no reader ever meets half of it. */
export const writeUpRecord = (home: string, record: UpRecord): void => {
  const arriving = `${recordFile(home)}.${process.pid}`;
  writeFileSync(arriving, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(arriving, recordFile(home));
};

export const removeUpRecord = (home: string): void => rmSync(recordFile(home), { force: true });

/**
 * The record of a home, or undefined when there is none.
 *
 * @throws SluiceError `invalid_request` when the file is not one of ours
 */
export const readUpRecord = (home: string): UpRecord | undefined => {
  const file = recordFile(home);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SluiceError('invalid_request', `${file} cannot be read: ${(error as Error).message}`);
  }
  const record = parse(text);
  if (record === undefined)
    throw new SluiceError(
      'invalid_request',
      `${file} is not what sluice up wrote. Remove it, or give --url and --key-file.`,
    );
  return record;
};

/** The record of the `.sluice` folder here or in a folder above, as one finds a repository. */
export const findUpRecord = (from: string): UpRecord | undefined => {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const record = readUpRecord(join(folder, defaultHome));
    if (record !== undefined || folder === dirname(folder)) return record;
  }
};

const parse = (text: string): UpRecord | undefined => {
  try {
    const value = JSON.parse(text) as Partial<UpRecord> | null;
    const texts = [value?.registryUrl, value?.gatewayUrl, value?.adminKeyFile];
    return texts.every((field) => typeof field === 'string') ? (value as UpRecord) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};
