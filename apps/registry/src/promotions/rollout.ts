import { Injectable } from '@nestjs/common';
import { subjects, type PromotionApproved } from '@sluice/contracts';
import { Outbox } from '@sluice/platform';
import type { EntityManager } from 'typeorm';
import { EnvironmentStore } from '../environments/environment.store.js';
import { VersionStore } from '../versions/version.store.js';
import type { NewPromotion } from './promotion.entity.js';
import { PromotionStore } from './promotion.store.js';

/** Hands promotions over to the deployer. Handing one over again is harmless: its generation makes it one. */
@Injectable()
export class Rollout {
  constructor(
    private readonly store: PromotionStore,
    private readonly environments: EnvironmentStore,
    private readonly versions: VersionStore,
    private readonly outbox: Outbox,
  ) {}

  async start(transaction: EntityManager, promotion: NewPromotion): Promise<NewPromotion> {
    const { model, environment } = promotion;
    const generation = await this.environments.nextGeneration(transaction, model, environment);
    const moved = await this.store.move(transaction, promotion, 'rolling_out', { generation });
    await this.store.noteSent(transaction, promotion.id);
    await this.send(transaction, moved);
    return moved;
  }

  /** Hands over again what nothing was heard of. */
  async resendSilent(transaction: EntityManager, seconds: number): Promise<number> {
    const silent = await this.store.takeSilent(transaction, seconds);
    for (const promotion of silent) await this.send(transaction, promotion);
    return silent.length;
  }

  private async send(transaction: EntityManager, promotion: NewPromotion): Promise<void> {
    if (promotion.generation === null)
      throw new Error(`The rollout of promotion ${promotion.id} has no generation.`);
    const version = await this.versions.get(promotion.model, promotion.version, transaction);
    const message: PromotionApproved = {
      promotion: promotion.id,
      generation: promotion.generation,
      model: promotion.model,
      environment: promotion.environment,
      version: promotion.version,
      artifactDigest: promotion.artifactDigest,
      manifest: version.artifact,
    };
    await this.outbox.add(
      transaction,
      subjects.promotionApproved,
      `promotions/${promotion.id}`,
      message,
    );
  }
}
