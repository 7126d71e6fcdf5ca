import { Injectable } from '@nestjs/common';
import type { DeploymentsQuery, PromotionApproved } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { DeploymentEntity, type DeploymentKey } from './deployment.entity.js';

/** The SQL of deployments. */
@Injectable()
export class DeploymentStore {
  constructor(private readonly database: DataSource) {}

  /** @returns false if as large a generation was asked for before */
  async desire(transaction: EntityManager, approved: PromotionApproved): Promise<boolean> {
    const changed = await transaction.query<unknown[]>(
      `INSERT INTO deployment AS d (model, environment, generation, desired, state, detail)
       VALUES ($1, $2, $3, $4, 'starting', $5)
       ON CONFLICT (model, environment) DO UPDATE
         SET generation = excluded.generation, desired = excluded.desired,
             state = excluded.state, detail = excluded.detail
         WHERE d.generation < excluded.generation
       RETURNING 1`,
      [
        approved.model,
        approved.environment,
        approved.generation,
        approved.promotion,
        `Version ${approved.version} waits for its rollout.`,
      ],
    );
    return changed.length > 0;
  }

  find(query: DeploymentsQuery = {}): Promise<DeploymentEntity[]> {
    return this.database.getRepository(DeploymentEntity).find({
      where: {
        ...(query.model === undefined ? {} : { model: query.model }),
        ...(query.environment === undefined ? {} : { environment: query.environment }),
      },
      relations: { desired: true, live: true },
      order: { model: 'ASC', environment: 'ASC' },
    });
  }

  async get({ model, environment }: DeploymentKey): Promise<DeploymentEntity> {
    const [deployment] = await this.find({ model, environment });
    if (deployment === undefined) throw new Error(`No deployment of ${model} in ${environment}.`);
    return deployment;
  }

  /** Says what a rollout is doing, unless a newer wish has the word. */
  async describeRollout(
    transaction: EntityManager,
    promotion: string,
    detail: string,
  ): Promise<void> {
    await transaction.update(
      DeploymentEntity,
      { desiredPromotion: promotion },
      { state: 'starting', detail },
    );
  }

  /** All traffic goes to this promotion's version. A newer wish stays wished. */
  async markLive(
    transaction: EntityManager,
    { model, environment }: DeploymentKey,
    promotion: string,
    detail: string,
  ): Promise<void> {
    await transaction.update(
      DeploymentEntity,
      { model, environment },
      { livePromotion: promotion },
    );
    await transaction.update(
      DeploymentEntity,
      { desiredPromotion: promotion },
      { state: 'live', detail },
    );
  }

  /** The promotion failed: what is wished is again what runs, if anything does and nothing newer is wished. */
  async revert(transaction: EntityManager, promotion: string, detail: string): Promise<void> {
    await transaction.query(
      `UPDATE deployment SET desired = COALESCE(live, desired), state = 'failed', detail = $2
       WHERE desired = $1`,
      [promotion, detail],
    );
  }
}
