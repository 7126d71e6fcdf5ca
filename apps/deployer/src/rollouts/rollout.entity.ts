import type { Digest, Manifest, Problem } from '@sluice/contracts';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';
import type { RolloutState } from './rollout-state.js';

/** One promotion's way to its servers. Kept for good: a repeated event is answered from it. */
@Entity('rollout')
export class RolloutEntity {
  @PrimaryColumn('uuid') promotion: string;
  @Column('text') model: string;
  @Column('text') environment: string;
  @Column('int') generation: number;
  @Column('int') version: number;
  @Column('text', { name: 'artifact_digest' }) artifactDigest: Digest;
  @Column('jsonb') manifest: Manifest;
  @Column('text') state: RolloutState;
  /** Since when traffic has gone to it; null if it never did. */
  @Column('timestamptz', { name: 'switched_at', nullable: true }) switchedAt: Date | null;
  @Column('jsonb', { nullable: true }) problem: Problem | null;
  /** Of the request that caused it, so that its events can be traced to that. */
  @Column('text', { name: 'correlation_id', nullable: true }) correlationId: string | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}
