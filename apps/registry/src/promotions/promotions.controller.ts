import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  createPromotionSchema,
  decideSchema,
  promotionPageSchema,
  promotionQuerySchema,
  promotionSchema,
  type CreatePromotion,
  type Decide,
  type Page,
  type Principal,
  type Promotion,
} from '@sluice/contracts';
import { CurrentPrincipal, Roles } from '@sluice/platform';
import { approvers, contributors, readers } from '../access/roles.js';
import { IfMatch, type Precondition } from '../http/if-match.js';
import { Operation } from '../http/operation.js';
import { idParameter } from '../http/path-parameters.js';
import { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { PromotionDecisions } from './promotion-decisions.js';
import type { PromotionQuery } from './promotion.store.js';
import { PromotionsService } from './promotions.service.js';

@Controller('promotions')
export class PromotionsController {
  constructor(
    private readonly promotions: PromotionsService,
    private readonly decisions: PromotionDecisions,
  ) {}

  @Post()
  @Roles(...contributors)
  @Operation({
    id: 'createPromotion',
    summary: 'Ask for a version to be taken into an environment',
    description:
      'It stands on a passing verdict that compares with what is there now. Without approvals to wait for, the rollout starts at once.',
    status: 201,
    response: promotionSchema,
    errors: ['not_found', 'conflict', 'verdict_missing', 'verdict_stale'],
    location: (promotion) => `/promotions/${promotion.id}`,
    revision: (promotion) => promotion.revision,
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createPromotionSchema }) wish: CreatePromotion,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Promotion> {
    return this.promotions.create(principal, wish, key);
  }

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'listPromotions',
    summary: 'Promotions, newest first',
    status: 200,
    response: promotionPageSchema,
  })
  list(@Query({ schema: promotionQuerySchema }) query: PromotionQuery): Promise<Page<Promotion>> {
    return this.promotions.list(query);
  }

  @Get(':id')
  @Roles(...readers)
  @Operation({
    id: 'getPromotion',
    summary: 'One promotion',
    status: 200,
    response: promotionSchema,
    errors: ['not_found'],
    revision: (promotion) => promotion.revision,
  })
  get(@Param('id', { schema: idParameter }) id: string): Promise<Promotion> {
    return this.promotions.get(id);
  }

  @Post(':id/approvals')
  @Roles(...approvers)
  @Operation({
    id: 'approvePromotion',
    summary: 'Approve a promotion',
    description:
      'By a person who neither made nor registered the version. The last approval that is needed starts the rollout. If the verdict is out of date the promotion ends as stale.',
    status: 200,
    response: promotionSchema,
    errors: ['not_found', 'conflict', 'verdict_stale'],
    revision: (promotion) => promotion.revision,
  })
  approve(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idParameter }) id: string,
    @Body({ schema: decideSchema }) decision: Decide,
    @IfMatch() precondition: Precondition,
  ): Promise<Promotion> {
    return this.decisions.approve(principal, id, decision, precondition);
  }

  @Post(':id/rejection')
  @Roles(...approvers)
  @Operation({
    id: 'rejectPromotion',
    summary: 'Reject a promotion',
    status: 200,
    response: promotionSchema,
    errors: ['not_found', 'conflict'],
    revision: (promotion) => promotion.revision,
  })
  reject(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idParameter }) id: string,
    @Body({ schema: decideSchema }) decision: Decide,
    @IfMatch() precondition: Precondition,
  ): Promise<Promotion> {
    return this.decisions.reject(principal, id, decision, precondition);
  }
}
