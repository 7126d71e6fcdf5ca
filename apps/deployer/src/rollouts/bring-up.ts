import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { SluiceError } from '@sluice/contracts';
import { ArtifactCache, type LocalArtifact } from '../artifacts/artifact-cache.js';
import type { Backend } from '../gateway/traffic.js';
import { TARGET, type RunningServer, type Target } from '../targets/target.js';
import { abortable } from './abortable.js';
import type { RolloutStep } from './rollout-state.js';
import type { RolloutEntity } from './rollout.entity.js';

export const ROLLOUT_TIMEOUT = Symbol('ROLLOUT_TIMEOUT');

/** Told before each step. */
export type OnStep = (step: RolloutStep, detail: string) => Promise<void>;

const abandonWithinMs = 2000;
const betweenFetchesMs = 1000;

/** Brings a version from its manifest to a server that has proved what it serves. Traffic is not its business. */
@Injectable()
export class BringUp {
  constructor(
    private readonly artifacts: ArtifactCache,
    @Inject(TARGET) private readonly target: Target,
    @Inject(ROLLOUT_TIMEOUT) private readonly timeoutMs: number,
  ) {}

  /** @throws SluiceError that says why it can't be; nothing is left running then */
  async start(rollout: RolloutEntity, stop: AbortSignal, onStep: OnStep): Promise<Backend> {
    const attempt = new Attempt(rollout, stop, this.timeoutMs);
    try {
      await onStep('fetching', `Fetching the artifact of version ${rollout.version}.`);
      const artifact = await this.fetch(rollout, attempt);
      await onStep('starting', `Starting a model server for version ${rollout.version}.`);
      attempt.during = 'its model server was starting';
      const { model, version } = rollout;
      const server = await this.target.start({ model, version, artifact }, attempt.signal);
      await onStep('checking', `Checking what the new model server serves.`).catch(abandon(server));
      attempt.during = 'its model server was being checked';
      await this.check(rollout, server, attempt.signal).catch(abandon(server));
      return { version, server };
    } catch (error) {
      throw attempt.explain(error);
    }
  }

  /** A registry that is just being restarted is waited for. */
  private async fetch(rollout: RolloutEntity, attempt: Attempt): Promise<LocalArtifact> {
    const { artifactDigest, manifest } = rollout;
    for (;;) {
      try {
        const { signal } = attempt;
        return await abortable(
          this.artifacts.materialize(artifactDigest, manifest, signal),
          signal,
        );
      } catch (error) {
        if (attempt.signal.aborted || !isTransient(error)) throw error;
        attempt.during = `its artifact was being fetched: ${error.message}`;
        await pause(betweenFetchesMs, undefined, { signal: attempt.signal });
      }
    }
  }

  /** Asks the server itself: what it printed when it started is no proof of what answers on its port. */
  private async check(
    rollout: RolloutEntity,
    server: RunningServer,
    signal: AbortSignal,
  ): Promise<void> {
    const proof = async () => {
      const reported = await server.digest(signal);
      if (reported !== rollout.artifactDigest)
        throw new SluiceError(
          'digest_mismatch',
          `The model server reports the artifact ${reported}; ${rollout.artifactDigest} was promoted.`,
        );
      await server.check(signal);
    };
    const ended = server.ended.then((end) => {
      throw new SluiceError('unavailable', end.message);
    });
    await Promise.race([proof(), ended]);
  }
}

/** One try, its two reasons to give up, and what it was at when it did. */
class Attempt {
  readonly signal: AbortSignal;
  during = 'its artifact was being fetched';
  private readonly deadline: AbortSignal;

  constructor(
    private readonly rollout: RolloutEntity,
    private readonly stop: AbortSignal,
    private readonly timeoutMs: number,
  ) {
    this.deadline = AbortSignal.timeout(timeoutMs);
    this.signal = AbortSignal.any([stop, this.deadline]);
  }

  explain(error: unknown): unknown {
    if (this.stop.aborted) return this.stop.reason;
    if (!this.deadline.aborted) return error;
    return new SluiceError(
      'timed_out',
      `Version ${this.rollout.version} was not ready within ${this.timeoutMs / 1000} s; the time ended while ${this.during}.`,
      { cause: error },
    );
  }
}

const abandon =
  (server: RunningServer) =>
  async (error: unknown): Promise<never> => {
    await server.stop(abandonWithinMs);
    throw error;
  };

const isTransient = (error: unknown): error is SluiceError =>
  error instanceof SluiceError &&
  ['unavailable', 'timed_out', 'upload_incomplete'].includes(error.code);
