import { Controller, Get } from '@nestjs/common';
import { Roles } from '@sluice/platform';
import { z } from 'zod';
import { readers } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { OpenapiService } from './openapi.service.js';

@Controller('openapi.json')
export class OpenapiController {
  constructor(private readonly openapi: OpenapiService) {}

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'getOpenapi',
    summary: 'This document',
    status: 200,
    response: z.record(z.string(), z.unknown()),
  })
  get(): Record<string, unknown> {
    return this.openapi.document;
  }
}
