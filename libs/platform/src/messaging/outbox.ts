import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Envelope, Subject } from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { currentCorrelationId } from '../http/correlation.js';
import { SERVICE_NAME } from './messaging.tokens.js';
import { OutboxEntity } from './message.entities.js';

/** Sends messages as part of a transaction: they go out if, and only if, it commits. */
@Injectable()
export class Outbox {
  constructor(@Inject(SERVICE_NAME) private readonly service: string) {}

  /** @param aggregate what the message is about, such as `evaluations/<id>` */
  async add(
    transaction: EntityManager,
    subject: Subject,
    aggregate: string,
    data: object,
  ): Promise<void> {
    const correlationId = currentCorrelationId();
    const envelope: Envelope & { data: object } = {
      specversion: '1.0',
      id: randomUUID(),
      source: `/sluice/${this.service}`,
      type: subject,
      subject: aggregate,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      ...(correlationId === undefined ? {} : { correlationid: correlationId }),
      data,
    };
    await transaction.insert(OutboxEntity, { id: envelope.id, subject, envelope });
  }
}
