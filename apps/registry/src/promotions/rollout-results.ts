import { Injectable } from '@nestjs/common';
import {
  SluiceError,
  toProblem,
  type DeploymentFailed,
  type DeploymentProgressed,
  type DeploymentSucceeded,
  type Problem,
} from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { AuditTrail, serviceActor } from '../audit/audit-trail.js';
import { EnvironmentStore } from '../environments/environment.store.js';
import type { PromotionEntity } from './promotion.entity.js';
import { isFinished } from './promotion.states.js';
import { PromotionStore } from './promotion.store.js';

/** Takes in what the deployer reports. The first end of a rollout stands; whatever comes after changes nothing. */
@Injectable()
export class RolloutResults {
  constructor(
    private readonly store: PromotionStore,
    private readonly environments: EnvironmentStore,
    private readonly audit: AuditTrail,
  ) {}

  progressed(
    { promotion, detail }: DeploymentProgressed,
    transaction: EntityManager,
  ): Promise<void> {
    return this.store.noteProgress(transaction, promotion, detail);
  }

  /** The champion changes and the promotion succeeds together, or neither does. */
  async succeeded(
    { promotion: id, artifactDigest }: DeploymentSucceeded,
    transaction: EntityManager,
  ): Promise<void> {
    const promotion = await this.store.getLocked(transaction, id);
    if (isFinished(promotion.state)) return;
    if (artifactDigest !== promotion.artifactDigest)
      return this.fail(transaction, promotion, otherArtifact(promotion, artifactDigest));
    const { model, environment, fromVersion: from, version: to } = promotion;
    const swap = { model, environment, from, to, artifactDigest, promotion: id };
    if (!(await this.environments.swap(transaction, swap)))
      return this.fail(transaction, promotion, otherChampion(promotion));
    await this.store.move(transaction, promotion, 'succeeded');
    const actor = serviceActor('deployer');
    await this.audit.record(transaction, {
      actor,
      action: 'champion.changed',
      subject: `models/${model}/environments/${environment}`,
      details: { from, to, artifactDigest, promotion: id },
    });
    await this.audit.record(transaction, {
      actor,
      action: 'promotion.succeeded',
      subject: `promotions/${id}`,
    });
  }

  async failed(
    { promotion: id, problem }: DeploymentFailed,
    transaction: EntityManager,
  ): Promise<void> {
    const promotion = await this.store.getLocked(transaction, id);
    if (!isFinished(promotion.state)) await this.fail(transaction, promotion, problem);
  }

  private async fail(
    transaction: EntityManager,
    promotion: PromotionEntity,
    problem: Problem,
  ): Promise<void> {
    await this.store.move(transaction, promotion, 'failed', { problem });
    await this.audit.record(transaction, {
      actor: serviceActor('deployer'),
      action: 'promotion.failed',
      subject: `promotions/${promotion.id}`,
      details: { code: problem.code },
    });
  }
}

const otherArtifact = ({ artifactDigest }: PromotionEntity, running: string): Problem =>
  toProblem(
    new SluiceError(
      'digest_mismatch',
      `The environment runs ${running}, while ${artifactDigest} was approved.`,
    ),
  );

const otherChampion = ({ environment, fromVersion }: PromotionEntity): Problem =>
  toProblem(
    new SluiceError(
      'conflict',
      `${fromVersion === null ? 'No version' : `Version ${fromVersion}`} was to be replaced in ${environment}, and another one is there.`,
    ),
  );
