import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { digestOfBytes, queries, type Envelope, type Subject } from '@sluice/contracts';
import type { EntityManager } from 'typeorm';
import { currentCorrelationId } from '../http/correlation.js';
import { SERVICE_NAME } from './messaging.tokens.js';
import { OutboxEntity } from './message.entities.js';

/**
 * More bytes of data than this don't travel in the message, which then says whom to ask for them: a broker takes 1 MiB
 * unless it is told otherwise, and many like it less.
 */
export const mostBytesInMessage = 256 * 1024;

/** Data that is JSON already. Made in a thread of its own, it is passed on without being read. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** Sends messages as part of a transaction: they go out if, and only if, it commits. */
@Injectable()
export class Outbox {
  constructor(@Inject(SERVICE_NAME) private readonly service: string) {}

  /** @param aggregate what the message is about, such as `evaluations/<id>` */
  async add(
    transaction: EntityManager,
    subject: Subject,
    aggregate: string,
    data: object | JsonText,
  ): Promise<void> {
    const correlationId = currentCorrelationId();
    const envelope = {
      specversion: '1.0' as const,
      id: randomUUID(),
      source: `/sluice/${this.service}`,
      type: subject,
      subject: aggregate,
      time: new Date().toISOString(),
      datacontenttype: 'application/json' as const,
      ...(correlationId === undefined ? {} : { correlationid: correlationId }),
    };
    const bytes = Buffer.from(data instanceof JsonText ? data.text : JSON.stringify(data));
    if (bytes.length > mostBytesInMessage) return this.addWithout(transaction, envelope, bytes);
    const small = data instanceof JsonText ? (JSON.parse(data.text) as object) : data;
    await transaction.insert(OutboxEntity, {
      id: envelope.id,
      subject,
      envelope: { ...envelope, data: small },
    });
  }

  /** The message goes without its data, which stays here until it is asked for. */
  private async addWithout(
    transaction: EntityManager,
    about: Omit<Envelope, 'data'>,
    data: Buffer,
  ): Promise<void> {
    const envelope = {
      ...about,
      dataref: queries.messageData(this.service),
      datasize: data.length,
      datadigest: digestOfBytes(data),
    };
    await transaction.query(
      'INSERT INTO outbox (id, subject, envelope, data) VALUES ($1, $2, $3, $4)',
      [about.id, about.type, JSON.stringify(envelope), data],
    );
  }
}
