import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SluiceError } from '@sluice/contracts';
import { EmbeddedError, freePort, Supervised } from '@sluice/embedded';

export const serviceNames = ['registry', 'evaluator', 'deployer'] as const;
export type ServiceName = (typeof serviceNames)[number];

const bindAttempts = 5;

export interface ServiceOptions {
  name: ServiceName;
  home: string;
  /** The port to try first; the next free one is taken when it is not free. */
  port: number;
  environment: NodeJS.ProcessEnv;
  /** Told of the process before it is ready, so that it can be stopped while it starts. */
  onLaunch(process: Supervised): void;
}

export interface RunningService {
  name: ServiceName;
  url: string;
  port: number;
  process: Supervised;
}

/**
 * Starts one of Sluice's services as a child process that is kept running.
 *
 * @throws EmbeddedError `cannot-start`, with the last lines it wrote
 */
export const startService = async (options: ServiceOptions): Promise<RunningService> => {
  let first = options.port;
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(first);
    const url = `http://127.0.0.1:${port}`;
    const service = new Supervised({
      name: options.name,
      home: options.home,
      command: process.execPath,
      args: ['--enable-source-maps', entryOf(options.name)],
      env: { ...options.environment, HOST: '127.0.0.1', PORT: String(port) },
      // The line tells that it is our process that listens there, the address that it can work.
      ready: /"event":"ready"/,
      readyUrl: `${url}/readyz`,
      readyTimeout: 60_000,
      stopTimeout: 15_000,
    });
    options.onLaunch(service);
    try {
      await service.start();
      return { name: options.name, url, port, process: service };
    } catch (error) {
      const taken = error instanceof EmbeddedError && error.message.includes('EADDRINUSE');
      if (!taken || attempt === bindAttempts) throw error;
      // Someone took the port between our test and its bind.
      first = port + 1;
    }
  }
};

/** @throws SluiceError `unavailable` naming the services that are not built */
export const assertBuilt = (): void => {
  const missing = serviceNames.filter((name) => !existsSync(entryOf(name)));
  if (missing.length > 0)
    throw new SluiceError(
      'unavailable',
      `Not built yet: ${missing.join(', ')}. In the root of the repository, run: npm ci && npm run build`,
    );
};

const entryOf = (name: ServiceName): string =>
  fileURLToPath(new URL(`../../../${name}/dist/main.js`, import.meta.url));
