import type { Approval, Digest, Problem, Promotion, PromotionState } from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { wholeNumber } from '../pages/whole-number.js';

@Entity('promotion')
export class PromotionEntity {
  @PrimaryColumn('uuid') id: string;
  @Column({ type: 'bigint', insert: false, update: false, transformer: wholeNumber })
  position: number;
  @Column('text') model: string;
  @Column('int') version: number;
  @Column('text', { name: 'artifact_digest' }) artifactDigest: Digest;
  @Column('text') environment: string;
  /** The version it replaces, which must still be there when it takes over. */
  @Column('int', { name: 'from_version', nullable: true }) fromVersion: number | null;
  @Column('uuid') evaluation: string;
  @Column('text', { name: 'verdict_digest' }) verdictDigest: Digest;
  @Column('text') state: PromotionState;
  @Column('int', { name: 'approvals_needed' }) approvalsNeeded: number;
  @Column('json') approvals: Approval[];
  /** Given out when the rollout begins. */
  @Column('bigint', { nullable: true, transformer: wholeNumber }) generation: number | null;
  @Column('text', { nullable: true }) progress: string | null;
  @Column('json', { nullable: true }) problem: Problem | null;
  @Column('int') revision: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}

/** A promotion before the database has numbered it. */
export type NewPromotion = Omit<PromotionEntity, 'position'>;

export const toPromotion = (row: NewPromotion): Promotion => ({
  id: row.id,
  model: row.model,
  version: row.version,
  artifactDigest: row.artifactDigest,
  environment: row.environment,
  from: row.fromVersion,
  evaluation: row.evaluation,
  verdictDigest: row.verdictDigest,
  state: row.state,
  approvalsNeeded: row.approvalsNeeded,
  approvals: row.approvals,
  progress: row.progress,
  problem: row.problem,
  revision: row.revision,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  finishedAt: row.finishedAt?.toISOString() ?? null,
});
