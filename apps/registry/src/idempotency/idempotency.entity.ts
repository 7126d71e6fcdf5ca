import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A create that named an idempotency key, and what it was answered. */
@Entity('idempotency')
export class IdempotencyEntity {
  @PrimaryColumn('text') principal: string;
  @PrimaryColumn('text') route: string;
  @PrimaryColumn('text') key: string;
  @Column('text', { name: 'request_digest' }) requestDigest: string;
  /** null only inside the transaction that is about to fill it in. */
  @Column('json', { nullable: true }) answer: { body: unknown } | null;
}
