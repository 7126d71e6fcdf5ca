import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ExpectationFailed } from './expectation.js';
import { repository } from './paths.js';

/** What `sluice up` tells its parent when everything is ready. */
interface Ready {
  registryUrl: string;
  gatewayUrl: string;
  adminKeyFile: string;
}

const patienceMs = 60_000;

/** `sluice up` as a child process: what a user runs, run for them. */
export class RunningSluice {
  readonly registryUrl: string;
  readonly gatewayUrl: string;
  readonly adminKeyFile: string;
  /** Settles when it has ended, with how. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, ended: Promise<string>, ready: Ready) {
    this.#child = child;
    this.ended = ended;
    this.registryUrl = ready.registryUrl;
    this.gatewayUrl = ready.gatewayUrl;
    this.adminKeyFile = ready.adminKeyFile;
  }

  /**
   * @param onLine told of each line it writes on the way
   * @param signal stops it while it starts
   * @throws ExpectationFailed when it ends before it is ready; what it wrote says why
   */
  static async start(
    home: string,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<RunningSluice> {
    const child = spawn(
      process.execPath,
      [join(repository, 'apps/cli/bin/sluice.js'), 'up', '--home', home],
      {
        cwd: repository,
        env: { ...process.env, SLUICE_EXIT_WITH_PARENT: '1' },
        // A group of its own: a Ctrl-C must reach us alone, who stop it in order. It ends with us, however we end.
        detached: true,
        stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
      },
    );
    if (child.stderr)
      createInterface({ input: child.stderr }).on('line', (line) =>
        onLine(line.replace(/^· /, '')),
      );
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, by) => resolve(by ?? `exit code ${code}`));
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    try {
      const ready = await Promise.race([
        new Promise<Ready>((resolve) => {
          child.on('message', (message: { event?: string } & Ready) => {
            if (message.event === 'ready') resolve(message);
          });
        }),
        ended.then((how) => {
          throw new ExpectationFailed(`sluice up ended before it was ready (${how}).`);
        }),
      ]);
      return new RunningSluice(child, ended, ready);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** Stops everything it runs, and waits until that is done. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(force);
  }
}
