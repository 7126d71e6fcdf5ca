import { Injectable } from '@nestjs/common';
import { SluiceError, toProblem, type PromotionApproved } from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { RolloutStore } from '../rollouts/rollout.store.js';
import { DeploymentEvents } from './deployment-events.js';
import { DeploymentStore } from './deployment.store.js';

/** Records what the environments shall run. Making it so is the reconciler's. */
@Injectable()
export class DesiredStateService {
  constructor(
    private readonly deployments: DeploymentStore,
    private readonly rollouts: RolloutStore,
    private readonly events: DeploymentEvents,
  ) {}

  /** Takes an approved promotion: a new one is wished, a repeated one answered, an older one refused. */
  async accept(
    approved: PromotionApproved,
    transaction: EntityManager,
    correlationId: string | null,
  ): Promise<void> {
    if (!(await this.rollouts.add(transaction, approved, correlationId)))
      return this.repeatOutcome(approved.promotion, transaction);
    if (await this.deployments.desire(transaction, approved)) return;
    const problem = toProblem(superseded(approved));
    await this.rollouts.advance(transaction, approved.promotion, 'failed', problem);
    await this.events.failed(transaction, approved.promotion, problem);
  }

  /** The registry repeats an event until it knows the end: the one that told it may be lost. */
  private async repeatOutcome(promotion: string, transaction: EntityManager): Promise<void> {
    const rollout = await this.rollouts.get(transaction, promotion);
    if (rollout.state === 'succeeded') await this.events.succeeded(transaction, rollout);
    if (rollout.problem !== null) await this.events.failed(transaction, promotion, rollout.problem);
  }
}

/** Says why a promotion is not rolled out although nothing is wrong with its version. */
export const superseded = ({
  model,
  environment,
  version,
}: Pick<PromotionApproved, 'model' | 'environment' | 'version'>): SluiceError =>
  new SluiceError(
    'conflict',
    `The rollout of ${model} version ${version} to ${environment} was superseded by a newer promotion.`,
  );
