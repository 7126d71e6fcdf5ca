import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import { z } from 'zod';
import { LocalServer, ModelServerProcess } from './local-server.js';
import { OutputTail } from './output-tail.js';
import type { RunningServer, ServableVersion, Target } from './target.js';

export const MODEL_SERVER = Symbol('MODEL_SERVER');

const readySchema = z.object({
  event: z.literal('ready'),
  port: z.number().int().positive().max(65_535),
});
/** How a model server says that it can't serve what it was given, as against having been killed. */
const cannotServe = 1;
/** A server that would not start is not worth waiting for. */
const abandonWithinMs = 2000;

/** Runs versions as processes on this machine, each on a port and with a token of its own. */
@Injectable()
export class LocalTarget implements Target {
  readonly name = 'local';
  private readonly logger = new Logger('ModelServer');

  constructor(@Inject(MODEL_SERVER) private readonly modelServer: string) {}

  async start(version: ServableVersion, signal: AbortSignal): Promise<RunningServer> {
    signal.throwIfAborted();
    const token = randomBytes(32).toString('hex');
    const child = spawn(process.execPath, [this.modelServer], {
      env: environmentOf(version, token),
      cwd: version.artifact.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A process group of its own: Ctrl-C at a terminal is for us, and we drain before we stop servers.
      detached: true,
    });
    // The pipe is the server's life line, never written to; its error is the server's end.
    child.stdin.on('error', () => undefined);
    const name = `${version.model} ${version.version}`;
    const stderr = new OutputTail(child.stderr, (line) => this.logger.log(`${name}: ${line}`));
    const process_ = new ModelServerProcess(child, stderr);
    try {
      const port = await readyPort(child.stdout, process_, signal);
      return new LocalServer(process_, `http://127.0.0.1:${port}`, token, version.model);
    } catch (error) {
      await process_.stop(abandonWithinMs);
      throw error;
    }
  }
}

/** Nothing of our own environment, which holds secrets, but what a process needs to find its libraries. */
const environmentOf = (
  { model, version, artifact }: ServableVersion,
  token: string,
): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    ['PATH', 'LD_LIBRARY_PATH', 'TMPDIR', 'TZ', 'NODE_EXTRA_CA_CERTS']
      .map((name) => [name, process.env[name]] as const)
      .filter(([, value]) => value !== undefined),
  ),
  SLUICE_MODEL_NAME: model,
  SLUICE_MODEL_VERSION: String(version),
  SLUICE_MODEL_DIR: artifact.folder,
  SLUICE_MODEL_MANIFEST: artifact.manifestPath,
  SLUICE_ARTIFACT_DIGEST: artifact.digest,
  SLUICE_MODEL_SERVER_TOKEN: token,
  HOST: '127.0.0.1',
  PORT: '0',
  // The gateway sends nothing any more when it stops a server, so there is nobody to wait for.
  SLUICE_DRAIN_GRACE_MS: '0',
  SLUICE_EXIT_WITH_PARENT: '1',
});

const readyPort = (
  stdout: Readable,
  child: ModelServerProcess,
  signal: AbortSignal,
): Promise<number> =>
  new Promise((resolve, reject) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const ready = readySchema.safeParse(parseJson(line));
      if (ready.success) resolve(ready.data.port);
    });
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    void child.ended.then((end) =>
      reject(
        new SluiceError(
          child.exitCode === cannotServe ? 'invalid_artifact' : 'unavailable',
          end.message,
        ),
      ),
    );
  });

/** Other lines than JSON are whatever a library printed. */
const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
