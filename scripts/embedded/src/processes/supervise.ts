import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from '../failure.js';
import { LogFile } from './log-file.js';
import { Run, type Exit, type RunOptions } from './run.js';

export interface SuperviseOptions extends RunOptions {
  /** Output goes to `<home>/logs/<name>.log`. */
  home: string;
  /** Called for each line it writes, without the line break. */
  onLine?: (line: string, name: string) => void;
  /** Start it again when it ends unasked. Default true. */
  restart?: boolean;
  /** Milliseconds before the first restart, doubled for each in a row up to the most. */
  backoff?: { first: number; most: number };
}

interface ServiceEvents {
  /** A process was started; it need not be ready. */
  started: [{ pid: number }];
  /** A process ended; unexpected unless by stop(). */
  exited: [Exit & { unexpected: boolean }];
  /** A process that took the place of one that had ended is ready. */
  restarted: [{ pid: number; restarts: number }];
}

const defaultBackoff = { first: 200, most: 10_000 };
/** Whoever lived this long did not die of the way it was started: the back-off begins anew. */
const stableAfter = 30_000;

/** A process that is kept running until it is told to stop. */
export class Supervised extends EventEmitter<ServiceEvents> {
  readonly name: string;
  /** How many times it was started again and became ready. */
  restarts = 0;
  readonly #options: SuperviseOptions;
  readonly #log: LogFile;
  readonly #stopping = new AbortController();
  #run: Run | undefined;
  #watch: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  constructor(options: SuperviseOptions) {
    super();
    this.name = options.name;
    this.#options = options;
    this.#log = new LogFile(join(options.home, 'logs'), options.name);
  }

  /** The pid of the running process; undefined between an end and the next start. */
  get pid(): number | undefined {
    return this.#run && !this.#run.isOver ? this.#run.pid : undefined;
  }

  get logFile(): string {
    return this.#log.path;
  }

  /**
   * Starts it and waits until it is ready. A first start that fails is not tried again: what is
   * wrong is then most likely the set-up, and the caller should hear of it at once.
   *
   * @throws EmbeddedError `cannot-start`, with the last lines it wrote
   */
  async start(): Promise<void> {
    const run = this.#launch();
    try {
      await run.whenReady();
    } catch (error) {
      await run.stop();
      this.#log.close();
      throw this.#explain(error);
    }
    this.#watch = this.#keepUp(run);
  }

  /** Stops it for good: SIGTERM, then SIGKILL. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      this.#stopping.abort();
      await this.#run?.stop();
      await this.#watch;
      this.#log.close();
    })();
    return this.#stopped;
  }

  #launch(): Run {
    const run = new Run(this.#options, (line) => {
      this.#log.write(line);
      this.#options.onLine?.(line, this.name);
    });
    this.#run = run;
    if (run.pid !== undefined) this.emit('started', { pid: run.pid });
    return run;
  }

  async #keepUp(first: Run): Promise<void> {
    let run: Run | undefined = first;
    let deathsInARow = 0;
    while (run) {
      const since = Date.now();
      const exit = await run.exited;
      this.emit('exited', { ...exit, unexpected: !this.#stopping.signal.aborted });
      deathsInARow = Date.now() - since > stableAfter ? 1 : deathsInARow + 1;
      run = await this.#relaunch(deathsInARow);
    }
  }

  /** Starts it again until it is ready; undefined when it is to be left alone. */
  async #relaunch(deathsInARow: number): Promise<Run | undefined> {
    if (this.#options.restart === false) return undefined;
    for (let attempt = deathsInARow; await this.#pause(attempt); attempt += 1) {
      const run = this.#launch();
      try {
        await run.whenReady();
        this.restarts += 1;
        this.emit('restarted', { pid: run.pid ?? 0, restarts: this.restarts });
        return run;
      } catch (error) {
        const exit = await run.stop();
        this.#log.write(`sluice: ${this.#explain(error).message.split('\n')[0]}`);
        this.emit('exited', { ...exit, unexpected: !this.#stopping.signal.aborted });
      }
    }
    return undefined;
  }

  /** Waits before an attempt; false as soon as it is being stopped. */
  async #pause(attempt: number): Promise<boolean> {
    const { first, most } = this.#options.backoff ?? defaultBackoff;
    const { signal } = this.#stopping;
    await sleep(Math.min(most, first * 2 ** (attempt - 1)), undefined, { signal }).catch(() => {});
    return !signal.aborted;
  }

  #explain(error: unknown): EmbeddedError {
    const { message } = error as Error;
    const tail = this.#log.tail().map((line) => `    ${line}`);
    const said = tail.length ? `Its last lines:\n${tail.join('\n')}` : 'It wrote nothing.';
    const text = `${message}.\n${said}\nThe whole log: ${this.logFile}`;
    return new EmbeddedError('cannot-start', text, { cause: error });
  }
}

/**
 * Runs a process, keeps it running and keeps its output.
 *
 * The process gets a standard input that nothing is written to and that closes when we die, and
 * the variable `SLUICE_EXIT_WITH_PARENT=1`: a service then exits by itself (see `exitWithParent`).
 *
 * @returns once it is ready
 * @throws EmbeddedError `cannot-start`
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const service = new Supervised(options);
  await service.start();
  return service;
}
