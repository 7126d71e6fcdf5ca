import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { SluiceError, toProblem } from '@sluice/contracts';
import { withCorrelationId } from '@sluice/platform';
import { DataSource, type EntityManager } from 'typeorm';
import { DeploymentEvents } from '../desired-state/deployment-events.js';
import type { DeploymentKey } from '../desired-state/deployment.entity.js';
import { DeploymentStore } from '../desired-state/deployment.store.js';
import { RolloutTakenOver, type RolloutState, type RolloutStep } from './rollout-state.js';
import type { RolloutEntity } from './rollout.entity.js';
import { RolloutStore } from './rollout.store.js';

/** What one deployment needs done. */
export interface Plan {
  readonly live: RolloutEntity | null;
  /** Oldest wish first. */
  readonly unfinished: RolloutEntity[];
}

/**
 * What rollouts remember: each step with its event in one transaction.
 * A database that does not answer delays a step and never fails a rollout.
 */
@Injectable()
export class RolloutJournal {
  private readonly logger = new Logger('Rollouts');

  constructor(
    private readonly database: DataSource,
    private readonly rollouts: RolloutStore,
    private readonly deployments: DeploymentStore,
    private readonly events: DeploymentEvents,
  ) {}

  /** All deployments there are. */
  async deployed(): Promise<DeploymentKey[]> {
    return this.deployments.find();
  }

  /** The newest generation that waits, by deployment. */
  due(): Promise<(DeploymentKey & { generation: number })[]> {
    return this.rollouts.due();
  }

  async planOf(key: DeploymentKey): Promise<Plan> {
    const { live } = await this.deployments.get(key);
    return { live, unfinished: await this.rollouts.unfinishedOf(key) };
  }

  /** @throws RolloutTakenOver */
  async step(
    rollout: RolloutEntity,
    to: RolloutStep,
    detail: string,
    signal: AbortSignal,
  ): Promise<void> {
    await this.record(rollout, to, signal, async (transaction) => {
      await this.advance(transaction, rollout, to);
      await this.deployments.describeRollout(transaction, rollout.promotion, detail);
      await this.events.progressed(transaction, rollout.promotion, detail);
    });
    this.logger.log(`${nameOf(rollout)}: ${detail}`);
  }

  /** @throws RolloutTakenOver */
  async succeed(rollout: RolloutEntity, signal: AbortSignal): Promise<void> {
    const detail = `Version ${rollout.version} serves.`;
    await this.record(rollout, 'succeeded', signal, async (transaction) => {
      await this.advance(transaction, rollout, 'succeeded');
      await this.deployments.markLive(transaction, rollout, rollout.promotion, detail);
      await this.events.succeeded(transaction, rollout);
    });
    this.logger.log(`${nameOf(rollout)}: ${detail}`);
  }

  /** @throws RolloutTakenOver */
  async fail(rollout: RolloutEntity, error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof SluiceError))
      this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const problem = toProblem(error);
    await this.record(rollout, 'failed', signal, async (transaction) => {
      await this.advance(transaction, rollout, 'failed', problem);
      const detail = `Version ${rollout.version} failed: ${problem.detail}`;
      await this.deployments.revert(transaction, rollout.promotion, detail);
      await this.events.failed(transaction, rollout.promotion, problem);
    });
    this.logger.warn(`${nameOf(rollout)} failed: ${problem.detail}`);
  }

  private async advance(
    transaction: EntityManager,
    { promotion }: RolloutEntity,
    to: RolloutState,
    problem?: ReturnType<typeof toProblem>,
  ): Promise<void> {
    if (!(await this.rollouts.advance(transaction, promotion, to, problem)))
      throw new RolloutTakenOver(promotion, to);
  }

  private async record(
    rollout: RolloutEntity,
    to: RolloutState,
    signal: AbortSignal,
    work: (transaction: EntityManager) => Promise<void>,
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await withCorrelationId(rollout.correlationId ?? rollout.promotion, () =>
          this.database.transaction(work),
        );
        return;
      } catch (error) {
        if (error instanceof RolloutTakenOver) {
          // The answer to an earlier attempt's commit may have been lost, though not the commit.
          if (attempt > 1 && (await this.isIn(rollout, to))) return;
          throw error;
        }
        if (attempt === 1)
          this.logger.warn(`${nameOf(rollout)} waits for Postgres: ${(error as Error).message}`);
        await pause(500, undefined, { signal });
      }
    }
  }

  private async isIn({ promotion }: RolloutEntity, state: RolloutState): Promise<boolean> {
    return (await this.rollouts.get(this.database.manager, promotion)).state === state;
  }
}

const nameOf = ({ model, environment, version }: RolloutEntity): string =>
  `${model} ${version} in ${environment}`;
