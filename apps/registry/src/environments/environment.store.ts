import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ChampionEntity, EnvironmentEntity } from './environment.entity.js';

/** A change of champion, with the version that is expected to be there now. */
export interface Swap {
  readonly model: string;
  readonly environment: string;
  readonly from: number | null;
  readonly to: number;
  readonly artifactDigest: string;
  readonly promotion: string;
}

@Injectable()
export class EnvironmentStore {
  constructor(private readonly database: DataSource) {}

  /** In the order in which versions usually pass through them. */
  list(): Promise<EnvironmentEntity[]> {
    return this.database.manager.find(EnvironmentEntity, { order: { position: 'ASC' } });
  }

  find(
    name: string,
    transaction: EntityManager = this.database.manager,
  ): Promise<EnvironmentEntity | null> {
    return transaction.findOneBy(EnvironmentEntity, { name });
  }

  champion(
    model: string,
    environment: string,
    transaction: EntityManager = this.database.manager,
  ): Promise<ChampionEntity | null> {
    return transaction.findOneBy(ChampionEntity, { model, environment });
  }

  champions(model: string): Promise<ChampionEntity[]> {
    return this.database.manager
      .createQueryBuilder(ChampionEntity, 'champion')
      .innerJoin(EnvironmentEntity, 'environment', 'environment.name = champion.environment')
      .where('champion.model = :model', { model })
      .orderBy('environment.position', 'ASC')
      .getMany();
  }

  /** Compare and swap. @returns false if another version is champion than was expected */
  async swap(transaction: EntityManager, change: Swap): Promise<boolean> {
    const values = [
      change.model,
      change.environment,
      change.to,
      change.artifactDigest,
      change.promotion,
    ];
    if (change.from === null) {
      const added = await transaction.query<unknown[]>(
        `INSERT INTO champion (model, environment, version, artifact_digest, promotion, since, revision)
         VALUES ($1, $2, $3, $4, $5, now(), 1) ON CONFLICT DO NOTHING RETURNING 1`,
        values,
      );
      return added.length === 1;
    }
    const [, changed] = await transaction.query<[unknown[], number]>(
      `UPDATE champion
       SET version = $3, artifact_digest = $4, promotion = $5, since = now(), revision = revision + 1
       WHERE model = $1 AND environment = $2 AND version = $6`,
      [...values, change.from],
    );
    return changed === 1;
  }

  /**
   * Numbers the rollouts of a model in an environment. The row stays locked until the transaction ends, so that
   * of two rollouts the one with the larger number was decided later.
   */
  async nextGeneration(
    transaction: EntityManager,
    model: string,
    environment: string,
  ): Promise<number> {
    const [row] = await transaction.query<{ generation: string }[]>(
      `INSERT INTO rollout_counter (model, environment, generation) VALUES ($1, $2, 1)
       ON CONFLICT (model, environment) DO UPDATE SET generation = rollout_counter.generation + 1
       RETURNING generation`,
      [model, environment],
    );
    return Number(row?.generation);
  }
}
