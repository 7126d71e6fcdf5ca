import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../pages/whole-number.js';

@Entity('audit_entry')
export class AuditEntryEntity {
  @PrimaryColumn('bigint', { transformer: wholeNumber }) position: number;
  @Column('timestamptz') at: Date;
  @Column('text') actor: string;
  @Column('text') action: string;
  @Column('text') subject: string;
  @Column('json') details: Record<string, unknown>;
  @Column('text', { nullable: true }) previous: string | null;
  @Column('text') digest: string;
}
