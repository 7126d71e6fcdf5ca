import { Injectable } from '@nestjs/common';
import { digestOfDocument, type AuditEntry } from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { AuditEntryEntity } from './audit-entry.entity.js';

/** What happened, to what, by whom. */
export interface AuditEvent {
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly details?: Record<string, unknown>;
}

/** Services act under names that no API key can bear. */
export const serviceActor = (service: 'registry' | 'evaluator' | 'deployer'): string =>
  `sluice/${service}`;

/**
 * The record of every change of state: numbered without gaps, each entry bound to the one before by its digest,
 * so that one taken out or altered shows.
 */
@Injectable()
export class AuditTrail {
  /**
   * Adds an entry to the transaction of the change it records.
   * Call it last: from here to the commit no other transaction can add one, which is what keeps the chain linear.
   */
  async record(transaction: EntityManager, event: AuditEvent): Promise<void> {
    await transaction.query("SELECT pg_advisory_xact_lock(hashtext('sluice-registry-audit'))");
    const [last] = await transaction.find(AuditEntryEntity, {
      order: { position: 'DESC' },
      take: 1,
    });
    const entry: Omit<AuditEntry, 'digest'> = {
      position: (last?.position ?? 0) + 1,
      at: new Date().toISOString(),
      actor: event.actor,
      action: event.action,
      subject: event.subject,
      details: event.details ?? {},
      previous: last?.digest ?? null,
    };
    await transaction.insert(AuditEntryEntity, {
      ...entry,
      at: new Date(entry.at),
      digest: digestOfDocument(entry),
    } as object);
  }
}

export const toAuditEntry = (row: AuditEntryEntity): AuditEntry => ({
  position: row.position,
  at: row.at.toISOString(),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  details: row.details,
  previous: row.previous,
  digest: row.digest,
});
