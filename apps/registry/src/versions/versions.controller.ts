import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  createVersionSchema,
  modelNameSchema,
  versionPageSchema,
  versionQuerySchema,
  versionSchema,
  type CreateVersion,
  type Page,
  type Principal,
  type Version,
} from '@sluice/contracts';
import { CurrentPrincipal, Roles } from '@sluice/platform';
import { contributors, readers } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { versionNumberParameter } from '../http/path-parameters.js';
import { IdempotencyKey } from '../idempotency/idempotency-key.js';
import type { VersionQuery } from './version.store.js';
import { VersionsService } from './versions.service.js';

@Controller('models/:model/versions')
export class VersionsController {
  constructor(private readonly versions: VersionsService) {}

  @Post()
  @Roles(...contributors)
  @Operation({
    id: 'createVersion',
    summary: 'Register a version of a model',
    description:
      'Its files were uploaded as blobs before. The ONNX file is read, never run; what is no ONNX or refers outside its artifact is refused.',
    status: 201,
    response: versionSchema,
    errors: ['invalid_artifact', 'not_found', 'corrupt'],
    location: (version) => `/models/${version.model}/versions/${version.number}`,
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Param('model', { schema: modelNameSchema }) model: string,
    @Body({ schema: createVersionSchema }) wish: CreateVersion,
    @IdempotencyKey() key: string | undefined,
  ): Promise<Version> {
    return this.versions.create(principal, model, wish, key);
  }

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'listVersions',
    summary: 'The versions of a model, newest first',
    status: 200,
    response: versionPageSchema,
    errors: ['not_found'],
  })
  list(
    @Param('model', { schema: modelNameSchema }) model: string,
    @Query({ schema: versionQuerySchema }) query: VersionQuery,
  ): Promise<Page<Version>> {
    return this.versions.list(model, query);
  }

  @Get(':number')
  @Roles(...readers)
  @Operation({
    id: 'getVersion',
    summary: 'One version',
    status: 200,
    response: versionSchema,
    errors: ['not_found'],
  })
  get(
    @Param('model', { schema: modelNameSchema }) model: string,
    @Param('number', { schema: versionNumberParameter }) number: number,
  ): Promise<Version> {
    return this.versions.get(model, number);
  }
}
