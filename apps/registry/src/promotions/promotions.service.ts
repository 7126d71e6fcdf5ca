import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreatePromotion, Page, Principal, Promotion } from '@sluice/contracts';
import { Creations } from '../idempotency/creations.js';
import { pageFrom } from '../pages/page-cursor.js';
import { PromotionGate } from './promotion-gate.js';
import { toPromotion, type NewPromotion } from './promotion.entity.js';
import { PromotionStore, type PromotionQuery } from './promotion.store.js';
import { Rollout } from './rollout.js';

@Injectable()
export class PromotionsService {
  constructor(
    private readonly store: PromotionStore,
    private readonly gate: PromotionGate,
    private readonly rollout: Rollout,
    private readonly creations: Creations,
  ) {}

  /** @throws SluiceError `not_found`, `conflict`, `verdict_missing` or `verdict_stale` */
  create(principal: Principal, wish: CreatePromotion, key: string | undefined): Promise<Promotion> {
    const attempt = { principal, route: 'POST /promotions', body: wish, key };
    return this.creations.once(attempt, nothing, async (transaction) => {
      await this.store.lockModel(transaction, wish.model);
      const admission = await this.gate.admit(transaction, wish);
      const asked: NewPromotion = {
        ...admission,
        id: randomUUID(),
        model: wish.model,
        version: wish.version,
        environment: wish.environment,
        state: 'awaiting_approval',
        approvals: [],
        generation: null,
        progress: null,
        problem: null,
        revision: 1,
        createdAt: new Date(),
        createdBy: principal.name,
        finishedAt: null,
      };
      await this.store.add(transaction, asked);
      const promotion =
        admission.approvalsNeeded === 0 ? await this.rollout.start(transaction, asked) : asked;
      const event = {
        actor: principal.name,
        action: 'promotion.created',
        subject: `promotions/${promotion.id}`,
        details: { ...wish, evaluation: promotion.evaluation, verdict: promotion.verdictDigest },
      };
      const started = { ...event, action: 'promotion.started', details: {} };
      return {
        result: toPromotion(promotion),
        events: promotion.state === 'rolling_out' ? [event, started] : [event],
      };
    });
  }

  async list(query: PromotionQuery): Promise<Page<Promotion>> {
    const rows = await this.store.list(query);
    return pageFrom(rows, query, ({ position }) => position, toPromotion);
  }

  async get(id: string): Promise<Promotion> {
    return toPromotion(await this.store.get(id));
  }
}

const nothing = (): Promise<void> => Promise.resolve();
