import type { Deployment } from '@sluice/contracts';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { RolloutEntity } from '../rollouts/rollout.entity.js';

/** What one environment shall run of one model, and what it does run. */
@Entity('deployment')
export class DeploymentEntity {
  @PrimaryColumn('text') model: string;
  @PrimaryColumn('text') environment: string;
  /** The largest that was ever asked for, even if it failed: a smaller one never replaces it. */
  @Column('int') generation: number;
  @Column('uuid', { name: 'desired' }) desiredPromotion: string;
  @Column('uuid', { name: 'live', nullable: true }) livePromotion: string | null;
  @ManyToOne(() => RolloutEntity)
  @JoinColumn({ name: 'desired' })
  desired: RolloutEntity;
  @ManyToOne(() => RolloutEntity)
  @JoinColumn({ name: 'live' })
  live: RolloutEntity | null;
  @Column('text') state: Deployment['state'];
  @Column('text') detail: string;
}

/** What names a deployment. */
export interface DeploymentKey {
  readonly model: string;
  readonly environment: string;
}
