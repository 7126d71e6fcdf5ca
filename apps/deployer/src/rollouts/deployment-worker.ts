import { Logger } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import { superseded } from '../desired-state/desired-state.service.js';
import type { Backend, Lane } from '../gateway/traffic.js';
import { abortable } from './abortable.js';
import type { BringUp } from './bring-up.js';
import { LiveVersion } from './live-version.js';
import type { RolloutJournal } from './rollout-journal.js';
import { RolloutTakenOver } from './rollout-state.js';
import type { RolloutEntity } from './rollout.entity.js';

/** How long requests may take to end at a server that gets no new ones. */
const drainMs = 30_000;
const shutdownDrainMs = 10_000;
const killAfterMs = 5000;

/** Brings one model in one environment to what is wished of it, one thing at a time. */
export class DeploymentWorker {
  private readonly logger = new Logger('DeploymentWorker');
  private readonly stopping = new AbortController();
  private live: LiveVersion | null = null;
  private working: Promise<void> | null = null;
  private rolling: { generation: number; cancel: AbortController } | null = null;
  private settled = false;

  constructor(
    private readonly lane: Lane,
    private readonly journal: RolloutJournal,
    private readonly bringUp: BringUp,
  ) {}

  /** False until it has found out what is wished and seen to it, since it was made or since a failure to do so. */
  get isSettled(): boolean {
    return this.settled;
  }

  /** Looks at what is wished. A newer wish ends a rollout that has no traffic yet. */
  wake(newestGeneration = 0): void {
    if (this.stopping.signal.aborted) return;
    if (this.rolling !== null && newestGeneration > this.rolling.generation)
      this.rolling.cancel.abort();
    this.working ??= this.work().finally(() => (this.working = null));
  }

  /** Lets requests end, leaves an unfinished rollout to the next process, and stops the servers. */
  async stop(): Promise<void> {
    this.lane.close();
    this.stopping.abort(new SluiceError('unavailable', 'The deployer is being stopped.'));
    await this.working;
    await this.live?.retire(shutdownDrainMs);
  }

  private async work(): Promise<void> {
    this.settled = false;
    try {
      while (await this.converge());
      this.settled = true;
    } catch (error) {
      if (this.stopping.signal.aborted) return;
      const { model, environment } = this.lane.key;
      this.logger.warn(
        `${model} in ${environment} is looked at again: ${(error as Error).message}`,
      );
    }
  }

  /** @returns whether there was anything to do, and so may be again */
  private async converge(): Promise<boolean> {
    const { signal } = this.stopping;
    const { live, unfinished } = await this.journal.planOf(this.lane.key);
    const next = unfinished.pop();
    for (const older of unfinished) await this.journal.fail(older, superseded(older), signal);
    // Traffic that had moved to the next version before we were restarted does not move back to the one before.
    if (live !== null && this.live === null && (next?.switchedAt ?? null) === null) {
      this.live = new LiveVersion(live, this.lane, this.bringUp, null);
      await this.live.tried;
    }
    if (next === undefined) return false;
    await this.rollOut(next);
    return true;
  }

  private async rollOut(next: RolloutEntity): Promise<void> {
    const { signal } = this.stopping;
    const cancel = new AbortController();
    this.rolling = { generation: next.generation, cancel };
    try {
      const backend = await this.bringUp.start(
        next,
        AbortSignal.any([signal, cancel.signal]),
        (step, detail) => this.journal.step(next, step, detail, signal),
      );
      this.rolling = null;
      this.live = await this.replaceLive(next, backend);
    } catch (error) {
      if (signal.aborted || error instanceof RolloutTakenOver) throw error;
      const reason = cancel.signal.aborted ? superseded(next) : error;
      if (this.live === null) this.lane.explain('has no version that could be started');
      await this.journal.fail(next, reason, signal);
    } finally {
      this.rolling = null;
    }
  }

  /** @throws what kept the new one from serving; the one before has the traffic again then */
  private async replaceLive(next: RolloutEntity, backend: Backend): Promise<LiveVersion> {
    const { signal } = this.stopping;
    const { lane, live: previous } = this;
    try {
      await this.journal.step(
        next,
        'switching',
        `Traffic moves to version ${next.version}.`,
        signal,
      );
      previous?.standBy();
      lane.switchTo(backend);
      await this.orItsEnd(backend, this.drain(next, previous));
    } catch (error) {
      lane.withdraw(backend);
      previous?.resume();
      await lane.idle(backend, signal.aborted ? shutdownDrainMs : drainMs);
      await backend.server.stop(killAfterMs);
      throw error;
    }
    // From here on the new version is the live one, whatever becomes of its server.
    this.live = new LiveVersion(next, lane, this.bringUp, backend);
    await previous?.retire(drainMs);
    await this.journal.succeed(next, signal);
    return this.live;
  }

  private async drain(next: RolloutEntity, previous: LiveVersion | null): Promise<void> {
    const { signal } = this.stopping;
    const detail =
      previous === null
        ? `All traffic goes to version ${next.version}.`
        : `All traffic goes to version ${next.version}; version ${previous.rollout.version} ends its last requests.`;
    await this.journal.step(next, 'draining', detail, signal);
    if (previous !== null) await abortable(previous.idle(drainMs), signal);
  }

  private async orItsEnd(backend: Backend, work: Promise<void>): Promise<void> {
    const ended = backend.server.ended.then((end) => {
      throw new SluiceError('unavailable', `It ended as soon as it had traffic. ${end.message}`);
    });
    await Promise.race([work, ended]);
  }
}
