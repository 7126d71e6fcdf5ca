import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Digest } from '@sluice/contracts';
import type { OutputTail } from './output-tail.js';
import { ServerProbe } from './server-probe.js';
import type { RunningServer } from './target.js';

/** A model server that is a child process of ours. */
export class LocalServer implements RunningServer {
  private readonly probe: ServerProbe;

  constructor(
    private readonly child: ModelServerProcess,
    readonly url: string,
    readonly token: string,
    model: string,
  ) {
    this.probe = new ServerProbe(`${url}/v2/models/${encodeURIComponent(model)}`, token);
  }

  get ended(): Promise<Error> {
    return this.child.ended;
  }

  digest(signal: AbortSignal): Promise<Digest> {
    return this.probe.digest(signal);
  }

  check(signal: AbortSignal): Promise<void> {
    return this.probe.check(signal);
  }

  stop(deadlineMs: number): Promise<void> {
    return this.child.stop(deadlineMs);
  }
}

/** A child process, its end and its last words. */
export class ModelServerProcess {
  readonly ended: Promise<Error>;

  constructor(
    private readonly child: ChildProcess,
    private readonly stderr: OutputTail,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error));
      // 'close' and not 'exit': the last words come before it.
      child.once('close', (code, signal) => resolve(new Error(this.describe(code, signal))));
    });
  }

  /** Null while it runs, and if a signal ended it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.child.kill('SIGTERM');
    const inTime = new AbortController();
    const late = pause(deadlineMs, 'late' as const, { signal: inTime.signal }).catch(
      () => 'ended' as const,
    );
    const outcome = await Promise.race([this.ended.then(() => 'ended' as const), late]);
    inTime.abort();
    if (outcome === 'late') this.child.kill('SIGKILL');
    await this.ended;
  }

  private describe(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
    const words = this.stderr.toString();
    return `The model server ${how}${words === '' ? '.' : `. Its last words:\n${words}`}`;
  }
}
