import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { Backend, Lane } from '../gateway/traffic.js';
import { abortable } from './abortable.js';
import type { BringUp } from './bring-up.js';
import type { RolloutEntity } from './rollout.entity.js';

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A server that ran this long had no trouble starting: its end is a new story. */
const steadyAfterMs = 60_000;
const killAfterMs = 5000;

/** The version that a lane's traffic goes to: a server that ends is replaced by one of the same version. */
export class LiveVersion {
  private readonly logger = new Logger('LiveVersion');
  private readonly retired = new AbortController();
  private readonly keeping: Promise<void>;
  private backend: Backend | null;
  private standingBy = false;
  /** Resolves when the first try to have a server is over, however it went. */
  readonly tried: Promise<void>;
  private endFirstTry: () => void = () => undefined;

  /** @param started its server, if there is one already */
  constructor(
    readonly rollout: RolloutEntity,
    private readonly lane: Lane,
    private readonly bringUp: BringUp,
    started: Backend | null,
  ) {
    this.backend = started;
    this.tried = new Promise((resolve) => (this.endFirstTry = resolve));
    this.keeping = this.keep();
  }

  /** Gives the traffic away but keeps the server, in case the traffic comes back. */
  standBy(): void {
    this.standingBy = true;
  }

  /** Takes the traffic back. */
  resume(): void {
    this.standingBy = false;
    if (this.backend !== null) this.lane.switchTo(this.backend);
  }

  /** Resolves when no request is at its server any more, or the time is over. */
  async idle(deadlineMs: number): Promise<void> {
    if (this.backend !== null) await this.lane.idle(this.backend, deadlineMs);
  }

  /** Lets its requests end, for so long at most, and stops the server for good. */
  async retire(drainMs: number): Promise<void> {
    this.retired.abort();
    await this.keeping;
    const { backend } = this;
    if (backend === null) return;
    if (!(await this.lane.idle(backend, drainMs)))
      this.logger.warn(`${this.name} is stopped although requests have not ended.`);
    this.lane.withdraw(backend);
    await backend.server.stop(killAfterMs);
    this.backend = null;
  }

  private get name(): string {
    return `${this.rollout.model} ${this.rollout.version} in ${this.rollout.environment}`;
  }

  private async keep(): Promise<void> {
    const { signal } = this.retired;
    let failures = 0;
    while (!signal.aborted) {
      const since = Date.now();
      try {
        await this.serveToTheEnd(signal);
      } catch (error) {
        if (signal.aborted) break;
        failures = Date.now() - since > steadyAfterMs ? 1 : failures + 1;
        await this.waitAfter(failures, error as Error, signal);
      }
      this.endFirstTry();
    }
    this.endFirstTry();
  }

  /** @throws what ended it */
  private async serveToTheEnd(signal: AbortSignal): Promise<void> {
    this.backend ??= await this.bringUp.start(this.rollout, signal, async () => undefined);
    const { backend } = this;
    if (!this.standingBy) this.lane.switchTo(backend);
    this.endFirstTry();
    const end = await abortable(backend.server.ended, signal);
    this.backend = null;
    this.lane.withdraw(backend);
    throw end;
  }

  private async waitAfter(failures: number, error: Error, signal: AbortSignal): Promise<void> {
    const delay = Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1));
    const next = `is down and will be started again within ${Math.ceil(delay / 1000)} s`;
    this.lane.explain(next);
    this.endFirstTry();
    this.logger.error(`${this.name} ${next}: ${error.message}`);
    // An abort ends the wait; the loop sees to the rest.
    await pause(delay, undefined, { signal }).catch(() => undefined);
  }
}
