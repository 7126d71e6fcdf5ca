import { Injectable } from '@nestjs/common';
import { subjects, type Problem } from '@sluice/contracts';
import { Outbox } from '@sluice/platform';
import type { EntityManager } from 'typeorm';
import { GatewayAddress } from '../gateway/gateway-address.js';
import type { RolloutEntity } from '../rollouts/rollout.entity.js';

/** What the deployer tells the world, as part of the transaction that makes it true. */
@Injectable()
export class DeploymentEvents {
  constructor(
    private readonly outbox: Outbox,
    private readonly gateway: GatewayAddress,
  ) {}

  /** A rollout does its next step. */
  progressed(transaction: EntityManager, promotion: string, detail: string): Promise<void> {
    return this.outbox.add(transaction, subjects.deploymentProgressed, aggregate(promotion), {
      promotion,
      detail,
    });
  }

  /** All traffic goes to the promoted version, whose server has reported the promoted digest. */
  succeeded(
    transaction: EntityManager,
    { promotion, artifactDigest, environment }: RolloutEntity,
  ): Promise<void> {
    return this.outbox.add(transaction, subjects.deploymentSucceeded, aggregate(promotion), {
      promotion,
      artifactDigest,
      url: this.gateway.of(environment),
    });
  }

  /** A rollout was given up; what ran before still runs. */
  failed(transaction: EntityManager, promotion: string, problem: Problem): Promise<void> {
    return this.outbox.add(transaction, subjects.deploymentFailed, aggregate(promotion), {
      promotion,
      problem,
    });
  }
}

const aggregate = (promotion: string): string => `promotions/${promotion}`;
