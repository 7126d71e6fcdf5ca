import { Injectable } from '@nestjs/common';
import { SluiceError, type Principal } from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { VersionStore } from '../versions/version.store.js';
import { Evidence } from './evidence.js';
import type { NewPromotion } from './promotion.entity.js';

/** Four eyes: a version is approved by persons who neither made nor registered it, each of them once. */
@Injectable()
export class ApprovalRules {
  constructor(
    private readonly versions: VersionStore,
    private readonly evidence: Evidence,
  ) {}

  /** @throws SluiceError `forbidden` */
  async assertMayApprove(
    transaction: EntityManager,
    principal: Principal,
    promotion: NewPromotion,
  ): Promise<void> {
    if (principal.kind !== 'person')
      throw new SluiceError(
        'forbidden',
        `${principal.name} is a machine; a person has to approve this.`,
      );
    const { model, version: number } = promotion;
    const version = await this.versions.get(model, number, transaction);
    if (isSameName(principal.name, version.author))
      throw new SluiceError(
        'forbidden',
        `${principal.name} is the author of version ${number}; somebody else has to approve it.`,
      );
    if (principal.keyId === version.createdByKey || isSameName(principal.name, version.createdBy))
      throw new SluiceError(
        'forbidden',
        `${principal.name} registered version ${number}; somebody else has to approve it.`,
      );
  }

  /** @throws SluiceError `conflict` */
  assertFirstApproval(principal: Principal, promotion: NewPromotion): void {
    if (promotion.approvals.some(({ by }) => isSameName(by, principal.name)))
      throw new SluiceError(
        'conflict',
        `${principal.name} has approved this already. ${promotion.approvalsNeeded} different people are needed.`,
      );
  }

  /** Why its verdict no longer carries the promotion; null while it does. */
  staleness(transaction: EntityManager, promotion: NewPromotion): Promise<SluiceError | null> {
    return this.evidence.stalenessOf(transaction, promotion.evaluation);
  }
}

/** Without case, because the hosts that authors' logins come from compare them so. */
const isSameName = (one: string, other: string): boolean =>
  one.toLowerCase() === other.toLowerCase();
