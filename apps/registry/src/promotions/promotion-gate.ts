import { Injectable } from '@nestjs/common';
import {
  environmentOrder,
  SluiceError,
  type CreatePromotion,
  type Digest,
  type Policy,
} from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import type { EnvironmentEntity } from '../environments/environment.entity.js';
import { EnvironmentStore } from '../environments/environment.store.js';
import { VersionStore } from '../versions/version.store.js';
import { Evidence } from './evidence.js';
import { PromotionStore } from './promotion.store.js';

/** What a promotion that may happen is bound to. */
export interface Admission {
  readonly artifactDigest: Digest;
  readonly fromVersion: number | null;
  readonly evaluation: string;
  readonly verdictDigest: Digest;
  readonly approvalsNeeded: number;
}

/** Decides whether a version may be on its way into an environment at all. Approvals come after. */
@Injectable()
export class PromotionGate {
  constructor(
    private readonly promotions: PromotionStore,
    private readonly versions: VersionStore,
    private readonly environments: EnvironmentStore,
    private readonly evidence: Evidence,
  ) {}

  /**
   * To be called with the model locked.
   *
   * @throws SluiceError `not_found`, `conflict`, `verdict_missing` or `verdict_stale`
   */
  async admit(transaction: EntityManager, wish: CreatePromotion): Promise<Admission> {
    const environment = await this.environmentOf(transaction, wish);
    const version = await this.versions.get(wish.model, wish.version, transaction);
    const fromVersion = await this.replacedVersion(transaction, wish);
    await this.assertNoneUnderWay(transaction, wish);
    const evaluation = await this.evidence.find(transaction, wish);
    await this.assertEarlierStages(transaction, wish, evaluation.policy);
    return {
      artifactDigest: version.artifactDigest,
      fromVersion,
      evaluation: evaluation.id,
      // There, because the evaluation succeeded.
      verdictDigest: evaluation.verdictDigest as Digest,
      approvalsNeeded: approvalsNeeded(evaluation.policy, environment),
    };
  }

  private async environmentOf(
    transaction: EntityManager,
    { environment: name }: CreatePromotion,
  ): Promise<EnvironmentEntity> {
    const environment = await this.environments.find(name, transaction);
    if (environment !== null) return environment;
    const names = (await this.environments.list()).map((known) => known.name);
    throw new SluiceError(
      'not_found',
      `There is no environment ${name}; there are ${names.join(', ')}.`,
    );
  }

  private async replacedVersion(
    transaction: EntityManager,
    { model, version, environment }: CreatePromotion,
  ): Promise<number | null> {
    const champion = await this.environments.champion(model, environment, transaction);
    if (champion?.version === version)
      throw new SluiceError(
        'conflict',
        `Version ${version} of ${model} is in ${environment} already.`,
      );
    return champion?.version ?? null;
  }

  private async assertNoneUnderWay(
    transaction: EntityManager,
    { model, environment }: CreatePromotion,
  ): Promise<void> {
    const other = await this.promotions.unfinished(transaction, model, environment);
    if (other === null) return;
    const way =
      other.state === 'awaiting_approval'
        ? 'waits for approval; decide it first'
        : 'is rolling out; wait for its end';
    throw new SluiceError(
      'conflict',
      `Promotion ${other.id} of version ${other.version} into ${environment} ${way}.`,
    );
  }

  private async assertEarlierStages(
    transaction: EntityManager,
    { model, version, environment }: CreatePromotion,
    policy: Pick<Policy, 'promotion'>,
  ): Promise<void> {
    const order = environmentOrder(policy);
    for (const earlier of order.slice(0, order.indexOf(environment)))
      if (!(await this.promotions.hasSucceeded(transaction, model, version, earlier)))
        throw new SluiceError(
          'conflict',
          `Version ${version} of ${model} has not been in ${earlier} yet, which comes before ${environment} in its policy. Promote it there first.`,
        );
  }
}

/** A policy is written by those who propose, so it can ask for more than the environment does, and not for less. */
const approvalsNeeded = (
  policy: Pick<Policy, 'promotion'>,
  environment: EnvironmentEntity,
): number =>
  Math.max(policy.promotion.environments[environment.name]?.approvals ?? 0, environment.approvals);
