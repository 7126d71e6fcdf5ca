import { Injectable } from '@nestjs/common';
import {
  SluiceError,
  toProblem,
  type Decide,
  type Principal,
  type Promotion,
} from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { assertRevision, type Precondition } from '../http/if-match.js';
import { ApprovalRules } from './approval-rules.js';
import { toPromotion, type NewPromotion } from './promotion.entity.js';
import { assertTransition } from './promotion.states.js';
import { PromotionStore } from './promotion.store.js';
import { Rollout } from './rollout.js';

/** What approvers decide about a promotion that waits for them. */
@Injectable()
export class PromotionDecisions {
  constructor(
    private readonly store: PromotionStore,
    private readonly rules: ApprovalRules,
    private readonly rollout: Rollout,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * Approves, and starts the rollout with the last approval that was needed.
   *
   * @throws SluiceError `forbidden`, `precondition_failed`, `conflict`, or `verdict_stale`, with which the promotion ends
   */
  async approve(
    principal: Principal,
    id: string,
    { comment }: Decide,
    precondition: Precondition,
  ): Promise<Promotion> {
    const decided = await this.store.decide(id, async (transaction, promotion) => {
      await this.rules.assertMayApprove(transaction, principal, promotion);
      assertRevision(precondition, promotion.revision);
      assertTransition(promotion.state, 'rolling_out');
      this.rules.assertFirstApproval(principal, promotion);
      const staleness = await this.rules.staleness(transaction, promotion);
      // Returned and not thrown, because the promotion's end must be committed.
      if (staleness !== null) return this.end(transaction, principal, promotion, staleness);
      const approval = { by: principal.name, comment, at: new Date().toISOString() };
      const approved = await this.store.addApproval(transaction, promotion, approval);
      const isLast = approved.approvals.length >= approved.approvalsNeeded;
      const moved = isLast ? await this.rollout.start(transaction, approved) : approved;
      await this.record(transaction, principal, 'promotion.approved', id, { comment });
      if (isLast) await this.record(transaction, principal, 'promotion.started', id);
      return moved;
    });
    if (decided instanceof SluiceError) throw decided;
    return toPromotion(decided);
  }

  /** @throws SluiceError `precondition_failed` or `conflict` */
  async reject(
    principal: Principal,
    id: string,
    { comment }: Decide,
    precondition: Precondition,
  ): Promise<Promotion> {
    const rejected = await this.store.decide(id, async (transaction, promotion) => {
      assertRevision(precondition, promotion.revision);
      const reason =
        comment === ''
          ? `${principal.name} rejected it.`
          : `${principal.name} rejected it: ${comment}`;
      const problem = toProblem(new SluiceError('rejected', reason));
      const moved = await this.store.move(transaction, promotion, 'rejected', { problem });
      await this.record(transaction, principal, 'promotion.rejected', id, { comment });
      return moved;
    });
    return toPromotion(rejected);
  }

  private async end(
    transaction: EntityManager,
    principal: Principal,
    promotion: NewPromotion,
    staleness: SluiceError,
  ): Promise<SluiceError> {
    const problem = toProblem(staleness);
    await this.store.move(transaction, promotion, 'stale', { problem });
    await this.record(transaction, principal, 'promotion.stale', promotion.id);
    return staleness;
  }

  private record(
    transaction: EntityManager,
    { name: actor }: Principal,
    action: string,
    id: string,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    return this.audit.record(transaction, { actor, action, subject: `promotions/${id}`, details });
  }
}
