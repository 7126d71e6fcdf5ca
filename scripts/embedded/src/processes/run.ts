import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedError } from '../failure.js';
import type { Account } from './command.js';
import { sendSignal } from './identity.js';
import { leash } from './leash.js';

export interface RunOptions {
  name: string;
  command: string;
  args?: readonly string[];
  cwd?: string;
  /** Added to our own environment; an undefined value takes a variable out of it. */
  env?: NodeJS.ProcessEnv;
  account?: Account | undefined;
  /** It is ready once this address answers with 2xx. */
  readyUrl?: string;
  /** It is ready once it writes a line that matches. */
  ready?: RegExp;
  /** It is ready once this says so; asked again and again, and a throw means "not yet". */
  isReady?: (pid: number) => Promise<boolean>;
  /** Milliseconds that it may take to be ready. */
  readyTimeout?: number;
  /** The signal that asks it to stop. */
  stopSignal?: NodeJS.Signals;
  /** Milliseconds until SIGKILL follows. */
  stopTimeout?: number;
  /** End it when we die, for programs that do not watch their standard input. */
  leash?: boolean;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One life of a process: from its start to its end. */
export class Run {
  /** Settles when it has ended and nothing of its process group is left. Never rejects. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #options: RunOptions;
  readonly #said: Promise<void>;
  #spawnError: Error | undefined;
  #ended = false;

  constructor(options: RunOptions, onLine: (line: string) => void) {
    this.#options = options;
    this.#child = spawn(options.command, [...(options.args ?? [])], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, SLUICE_EXIT_WITH_PARENT: '1' },
      // A group of its own: Ctrl-C in a terminal must reach us alone, who stop things in order.
      detached: true,
      // Nothing is ever written to its standard input: that it closes is the message.
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
    });
    this.#child.stdin?.on('error', () => {});
    this.#said = this.#read(onLine, options.ready);
    this.exited = this.#end();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isOver(): boolean {
    return this.#ended;
  }

  /**
   * Waits until it is ready.
   *
   * @throws EmbeddedError `cannot-start` when it ends first, or takes too long
   */
  async whenReady(): Promise<void> {
    const { name, readyTimeout = 30_000 } = this.#options;
    const over = new AbortController();
    const ended = this.exited.then(({ code, signal }) => {
      const how =
        this.#spawnError?.message ?? (signal ? `ended by ${signal}` : `exit code ${code}`);
      throw new EmbeddedError('cannot-start', `${name} ended before it was ready (${how})`);
    });
    const late = sleep(readyTimeout, undefined, { signal: over.signal }).then(() => {
      throw new EmbeddedError(
        'cannot-start',
        `${name} was not ready within ${readyTimeout / 1000} s`,
      );
    });
    try {
      await Promise.race([ended, late, this.#becomesReady(over.signal)]);
    } finally {
      over.abort();
      // The losers of the race settle later; no one is left to hear them.
      ended.catch(() => {});
      late.catch(() => {});
    }
  }

  /** Asks it to stop, makes it stop at the deadline, and waits for its end. */
  async stop(): Promise<Exit> {
    const { stopSignal = 'SIGTERM', stopTimeout = 10_000 } = this.#options;
    if (this.#ended || this.pid === undefined) return this.exited;
    this.#child.kill(stopSignal);
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeout);
    try {
      return await this.exited;
    } finally {
      clearTimeout(deadline);
    }
  }

  async #becomesReady(over: AbortSignal): Promise<void> {
    const { ready, readyUrl, isReady } = this.#options;
    if (ready) await this.#said;
    const probe = isReady ?? (readyUrl ? () => answers(readyUrl) : undefined);
    const { pid } = this;
    // A program that could not be executed never gets ready; its end wins the race.
    if (pid === undefined) return new Promise(() => {});
    while (probe && !over.aborted && !(await probe(pid).catch(() => false))) await sleep(50);
  }

  #read(onLine: (line: string) => void, ready: RegExp | undefined): Promise<void> {
    return new Promise((resolve) => {
      for (const input of [this.#child.stdout, this.#child.stderr]) {
        if (!input) continue;
        createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
          onLine(line);
          if (ready?.test(line)) resolve();
        });
      }
    });
  }

  async #end(): Promise<Exit> {
    const { stopSignal = 'SIGTERM' } = this.#options;
    const release = this.#options.leash && this.pid ? leash(this.pid, stopSignal) : () => {};
    const exit = await new Promise<Exit>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      this.#child.once('error', (error) => {
        this.#spawnError = error;
        if (this.pid === undefined) resolve({ code: null, signal: null });
      });
    });
    release();
    if (this.pid !== undefined) endGroup(this.pid);
    await this.#outputEnds();
    this.#ended = true;
    return exit;
  }

  /** The reason of an end is often in the last lines, which may arrive after the end itself. */
  async #outputEnds(): Promise<void> {
    if (this.pid === undefined || this.#child.stdout?.closed) return;
    await Promise.race([
      new Promise((resolve) => this.#child.once('close', resolve)),
      sleep(500, undefined, { ref: false }),
    ]);
  }
}

/** What a process started and left behind is in its group, and ends with it. */
function endGroup(pid: number): void {
  try {
    sendSignal(-pid, 'SIGKILL');
  } catch {
    // EPERM: the group holds no process that is ours to end.
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.body?.cancel();
  return response.ok;
}
