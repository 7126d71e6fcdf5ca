import { Controller, Get, Query } from '@nestjs/common';
import {
  auditPageSchema,
  pageQuerySchema,
  type AuditEntry,
  type Page,
  type PageQuery,
} from '@sluice/contracts';
import { Roles } from '@sluice/platform';
import { administrators } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { AuditService } from './audit.service.js';

@Controller('audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Roles(...administrators)
  @Operation({
    id: 'listAuditEntries',
    summary: 'What happened, oldest first',
    status: 200,
    response: auditPageSchema,
  })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<AuditEntry>> {
    return this.audit.list(query);
  }
}
