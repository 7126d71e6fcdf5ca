import { relative, resolve } from 'node:path';
import { exitWithParent } from '@sluice/embedded';
import { Command } from 'commander';
import { registryPort } from '../arguments.js';
import type { Context } from '../context.js';
import { exitCodes } from '../failure.js';
import { renderTable } from '../table.js';
import { defaultHome, type UpRecord } from '../up/up-record.js';
import { Up } from '../up/up.js';
import { plain, type Colors } from '../terminal.js';

interface Options {
  home: string;
  port: number;
  json?: true;
}

/** `sluice up`: everything on this machine, until it is told to stop. */
export const upCommand = (context: Context): Command =>
  new Command('up')
    .description('run Sluice on this machine: registry, evaluator, deployer and what they need')
    .option('--home <dir>', 'where data, keys and logs are kept', defaultHome)
    .option(
      '--port <n>',
      "the registry's; the evaluator takes n + 100, the gateway n + 200, each the next free one",
      registryPort,
      7100,
    )
    .option('--json', 'print what runs as one JSON document once it is ready')
    .addHelpText(
      'after',
      `
Postgres and NATS are started as well, unless DATABASE_URL and NATS_URL name servers.
Stays until Ctrl-C. What it runs is in <home>/up.json, logs are in <home>/logs.

Examples:
  $ sluice up
  $ sluice up --home /tmp/sluice --port 8100
  $ DATABASE_URL=postgres://… NATS_URL=nats://… sluice up`,
    )
    .action(async (options: Options) => {
      const { terminal, signal, environment, folder } = context;
      // Started by another process, such as npm start, it ends with it.
      const orphaned = new AbortController();
      exitWithParent(() => orphaned.abort());
      process.once('disconnect', () => orphaned.abort());
      const up = await Up.claim({
        home: resolve(folder, options.home),
        port: options.port,
        environment,
        onStep: (line) => terminal.note(`${terminal.noteColors.dim('·')} ${plain(line)}`),
      });
      const asked = stopRequest(signal, orphaned.signal);
      const starting = up.start();
      try {
        const record = await Promise.race([starting, asked]);
        if (record === undefined) return;
        terminal.print(
          options.json ? JSON.stringify(record, null, 2) : summary(record, folder, terminal.colors),
        );
        process.send?.({ event: 'ready', ...record });
        await asked;
        terminal.note('Stopping …');
      } finally {
        const stopped = up.stop();
        // A start that is stopped half-way fails; its failure is what was asked for.
        await Promise.allSettled([stopped, starting]);
        if (process.connected) process.disconnect();
        await stopped;
      }
      terminal.note('Stopped. The data is kept.');
      context.exitCode = exitCodes.ok;
    });

const stopRequest = (...signals: AbortSignal[]): Promise<undefined> =>
  new Promise((done) => {
    for (const signal of signals) {
      if (signal.aborted) done(undefined);
      signal.addEventListener('abort', () => done(undefined), { once: true });
    }
  });

const summary = (record: UpRecord, folder: string, colors: Colors): string => {
  const services = Object.entries(record.services).map(([name, { url, pid, log }]) => [
    name,
    url,
    String(pid ?? ''),
    nearPath(folder, log),
  ]);
  return [
    '',
    colors.bold('Sluice runs.'),
    '',
    renderTable(['SERVICE', 'ADDRESS', 'PROCESS', 'LOG'], services, colors),
    '',
    `API         ${record.registryUrl}/api/v1`,
    `Gateway     ${record.gatewayUrl}/<environment>/v2/models/<model>/infer`,
    `Admin key   ${nearPath(folder, record.adminKeyFile)}`,
    '',
    'Ctrl-C stops everything. The data is kept.',
  ].join('\n');
};

/** As one would type it: relative when it lies below, else absolute. */
const nearPath = (folder: string, path: string): string => {
  const short = relative(folder, path);
  return short.startsWith('..') ? path : short;
};
