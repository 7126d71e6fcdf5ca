import { Injectable } from '@nestjs/common';
import type { AuditEntry, Page, PageQuery } from '@sluice/contracts';
import { DataSource, MoreThan } from 'typeorm';
import { numberCursor, pageFrom } from '../pages/page-cursor.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { toAuditEntry } from './audit-trail.js';

@Injectable()
export class AuditService {
  constructor(private readonly database: DataSource) {}

  /** Oldest first, which is the order in which the chain is checked. */
  async list(query: PageQuery): Promise<Page<AuditEntry>> {
    const rows = await this.database.manager.find(AuditEntryEntity, {
      where: { position: MoreThan(numberCursor(query.after) ?? 0) },
      order: { position: 'ASC' },
      take: query.limit + 1,
    });
    return pageFrom(rows, query, ({ position }) => position, toAuditEntry);
  }
}
