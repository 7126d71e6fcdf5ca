import type { Problem, Verdict } from '@sluice/contracts';
import type { Profile } from '@sluice/evaluation';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** An evaluation as the evaluator knows it: who works on it, and how it ended. */
@Entity('evaluation')
export class EvaluationEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text') state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  @Column('int') attempts: number;
  /** Names the one attempt that may finish it. */
  @Column('uuid') claim: string;
  @Column('timestamptz', { name: 'claimed_until' }) claimedUntil: Date;
  /** What the verdict was computed from; drift is measured against it later. */
  @Column('jsonb', { nullable: true }) profile: Profile | null;
  @Column('jsonb', { nullable: true }) verdict: Verdict | null;
  @Column('jsonb', { nullable: true }) problem: Problem | null;
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true }) finishedAt: Date | null;
}
