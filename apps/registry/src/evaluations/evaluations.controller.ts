import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  cancelEvaluationSchema,
  createEvaluationSchema,
  evaluationPageSchema,
  evaluationQuerySchema,
  evaluationSchema,
  type CancelEvaluation,
  type CreateEvaluation,
  type Evaluation,
  type EvaluationSummary,
  type Page,
  type Principal,
} from '@sluice/contracts';
import { CurrentPrincipal, Roles } from '@sluice/platform';
import { cancellers, contributors, readers } from '../access/roles.js';
import type { JsonParts } from '../http/json-parts.js';
import { Operation } from '../http/operation.js';
import { idParameter } from '../http/path-parameters.js';
import { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { EvaluationCancellation } from './evaluation-cancellation.js';
import type { EvaluationQuery } from './evaluation.store.js';
import { EvaluationsService } from './evaluations.service.js';

@Controller('evaluations')
export class EvaluationsController {
  constructor(
    private readonly evaluations: EvaluationsService,
    private readonly cancellation: EvaluationCancellation,
  ) {}

  @Post()
  @Roles(...contributors)
  @Operation({
    id: 'createEvaluation',
    summary: 'Ask for a version to be evaluated against a policy',
    description:
      'It is compared with the version that is champion now of the last environment of the policy. Follow Location until a verdict or a problem is there.',
    status: 202,
    response: evaluationSchema,
    errors: ['invalid_policy', 'not_found'],
    location: (evaluation) => `/evaluations/${evaluation.id}`,
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createEvaluationSchema }) wish: CreateEvaluation,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Evaluation> {
    return this.evaluations.create(principal, wish, key);
  }

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'listEvaluations',
    summary: 'Evaluations, newest first',
    description: 'Without their verdicts, which are told one at a time.',
    status: 200,
    response: evaluationPageSchema,
  })
  list(
    @Query({ schema: evaluationQuerySchema }) query: EvaluationQuery,
  ): Promise<Page<EvaluationSummary>> {
    return this.evaluations.list(query);
  }

  @Get(':id')
  @Roles(...readers)
  @Operation({
    id: 'getEvaluation',
    summary: 'One evaluation, with its verdict once there is one',
    status: 200,
    response: evaluationSchema,
    errors: ['not_found'],
  })
  get(@Param('id', { schema: idParameter }) id: string): Promise<Evaluation | JsonParts> {
    return this.evaluations.get(id);
  }

  @Post(':id/cancel')
  @Roles(...cancellers)
  @Operation({
    id: 'cancelEvaluation',
    summary: 'Cancel an evaluation',
    description:
      'It ends without a verdict, and nothing can be promoted on it. One that is cancelled already is answered as it is.',
    status: 200,
    response: evaluationSchema,
    errors: ['not_found', 'conflict'],
  })
  cancel(
    @CurrentPrincipal() principal: Principal,
    @Param('id', { schema: idParameter }) id: string,
    @Body({ schema: cancelEvaluationSchema }) wish: CancelEvaluation,
  ): Promise<Evaluation> {
    return this.cancellation.cancel(principal, id, wish);
  }
}
