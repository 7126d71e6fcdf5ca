import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  createModelSchema,
  modelNameSchema,
  modelPageSchema,
  modelSchema,
  pageQuerySchema,
  type CreateModel,
  type Model,
  type Page,
  type PageQuery,
  type Principal,
} from '@sluice/contracts';
import { CurrentPrincipal, Roles } from '@sluice/platform';
import { contributors, readers } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { IdempotencyKey } from '../idempotency/idempotency-key.js';
import { ModelsService } from './models.service.js';

@Controller('models')
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Post()
  @Roles(...contributors)
  @Operation({
    id: 'createModel',
    summary: 'Register a model',
    status: 201,
    response: modelSchema,
    errors: ['conflict'],
    location: (model) => `/models/${model.name}`,
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createModelSchema }) wish: CreateModel,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Model> {
    return this.models.create(principal, wish, key);
  }

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'listModels',
    summary: 'All models, by name',
    status: 200,
    response: modelPageSchema,
  })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<Model>> {
    return this.models.list(query);
  }

  @Get(':model')
  @Roles(...readers)
  @Operation({
    id: 'getModel',
    summary: 'One model',
    status: 200,
    response: modelSchema,
    errors: ['not_found'],
  })
  get(@Param('model', { schema: modelNameSchema }) model: string): Promise<Model> {
    return this.models.get(model);
  }
}
