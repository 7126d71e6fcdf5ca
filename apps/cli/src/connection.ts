import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RegistryClient } from '@sluice/client';
import { SluiceError } from '@sluice/contracts';
import type { Command } from 'commander';
import type { Context } from './context.js';
import { plain } from './terminal.js';
import { findUpRecord } from './up/up-record.js';

export interface ConnectionOptions {
  url?: string;
  keyFile?: string;
  json?: true;
}

/** A person waits at the other end: a registry that stays away for this long is reported, not waited for. */
const longestRetryMs = 10_000;

/** Adds the options with which every command that talks to a registry says which one, and as whom. */
export const withConnection = (command: Command): Command =>
  command
    .option(
      '--url <url>',
      'the registry (default: $SLUICE_URL, or the one that sluice up runs here)',
    )
    .option(
      '--key-file <file>',
      'a file with the API key (default: $SLUICE_API_KEY, or the admin key of sluice up)',
    )
    .option('--json', 'print one JSON document');

/** @throws SluiceError `invalid_request` or `unauthenticated`, saying what to give */
export const connect = (options: ConnectionOptions, context: Context): RegistryClient => {
  const { environment, folder, terminal, signal } = context;
  const record = findUpRecord(folder);
  const url = options.url ?? (environment['SLUICE_URL'] || record?.registryUrl);
  if (url === undefined)
    throw new SluiceError(
      'invalid_request',
      'Which registry? Start one with sluice up, or give --url or SLUICE_URL.',
    );
  // The admin key of a local registry must never travel to another one.
  const local = url.replace(/\/+$/, '') === record?.registryUrl;
  const keyFile = options.keyFile ?? (local ? record?.adminKeyFile : undefined);
  const apiKey =
    options.keyFile === undefined && environment['SLUICE_API_KEY']
      ? environment['SLUICE_API_KEY']
      : keyFile === undefined
        ? undefined
        : readKeyFile(resolve(folder, keyFile));
  if (apiKey === undefined)
    throw new SluiceError(
      'unauthenticated',
      `Which API key for ${url}? Give --key-file or SLUICE_API_KEY.`,
    );
  return new RegistryClient({
    url,
    apiKey,
    signal,
    retry: { totalMs: longestRetryMs },
    userAgent: 'sluice-cli',
    onRetry: ({ reason, delayMs }) =>
      terminal.note(
        terminal.noteColors.dim(
          `${plain(reason)}; trying again in ${(delayMs / 1000).toFixed(1)} s`,
        ),
      ),
  });
};

const readKeyFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new SluiceError(
      'invalid_request',
      `The key file cannot be read: ${(error as Error).message}`,
    );
  }
};
