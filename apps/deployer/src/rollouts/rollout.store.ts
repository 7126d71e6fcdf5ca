import { Injectable } from '@nestjs/common';
import type { Problem, PromotionApproved } from '@sluice/contracts';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import type { DeploymentKey } from '../desired-state/deployment.entity.js';
import { isFinished, statesBefore, type RolloutState } from './rollout-state.js';
import { RolloutEntity } from './rollout.entity.js';

/** The SQL of rollouts. */
@Injectable()
export class RolloutStore {
  constructor(private readonly database: DataSource) {}

  /** @returns false if this promotion has a rollout already */
  async add(
    transaction: EntityManager,
    approved: PromotionApproved,
    correlationId: string | null,
  ): Promise<boolean> {
    const added = await transaction
      .createQueryBuilder()
      .insert()
      .into(RolloutEntity)
      .values({ ...approved, state: 'pending', correlationId })
      .orIgnore()
      .returning('promotion')
      .execute();
    return (added.raw as unknown[]).length > 0;
  }

  get(transaction: EntityManager, promotion: string): Promise<RolloutEntity> {
    return transaction.findOneByOrFail(RolloutEntity, { promotion });
  }

  /** Oldest wish first. */
  unfinishedOf({ model, environment }: DeploymentKey): Promise<RolloutEntity[]> {
    return this.database.getRepository(RolloutEntity).find({
      where: { model, environment, finishedAt: IsNull() },
      order: { generation: 'ASC' },
    });
  }

  /** The deployments that have something to be done, with the newest generation that waits. */
  due(): Promise<(DeploymentKey & { generation: number })[]> {
    return this.database.query(
      `SELECT model, environment, max(generation) AS generation FROM rollout
       WHERE finished_at IS NULL GROUP BY model, environment`,
    );
  }

  /** @returns false if the rollout is in no state from which this one may be reached */
  async advance(
    transaction: EntityManager,
    promotion: string,
    to: RolloutState,
    problem?: Problem,
  ): Promise<boolean> {
    const updated = await transaction.update(
      RolloutEntity,
      { promotion, state: In(statesBefore(to)) },
      {
        state: to,
        ...(to === 'switching' ? { switchedAt: new Date() } : {}),
        ...(isFinished(to) ? { finishedAt: new Date() } : {}),
        ...(problem === undefined ? {} : { problem }),
      },
    );
    return updated.affected === 1;
  }
}
