import type { Model } from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('model')
export class ModelEntity {
  @PrimaryColumn('text') name: string;
  @Column('text') description: string;
  /** The number given out last; 0 before the first version. */
  @Column('int', { name: 'latest_version' }) latestVersion: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('text', { name: 'created_by' }) createdBy: string;
}

export const toModel = (row: ModelEntity): Model => ({
  name: row.name,
  description: row.description,
  latestVersion: row.latestVersion === 0 ? null : row.latestVersion,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
});
