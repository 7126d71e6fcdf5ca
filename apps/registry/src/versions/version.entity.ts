import type { Manifest, Signature, Source, Version } from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Immutable: a trigger refuses changes. */
@Entity('version')
export class VersionEntity {
  @PrimaryColumn('text') model: string;
  @PrimaryColumn('int') number: number;
  @Column('text', { name: 'artifact_digest' }) artifactDigest: string;
  @Column('json') artifact: Manifest;
  @Column('json') signature: Signature;
  @Column('text') author: string;
  @Column('json') source: Source;
  @Column('text') description: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('uuid', { name: 'created_by_key' }) createdByKey: string;
}

export const toVersion = (row: VersionEntity): Version => ({
  model: row.model,
  number: row.number,
  artifactDigest: row.artifactDigest,
  artifact: row.artifact,
  signature: row.signature,
  author: row.author,
  source: row.source,
  description: row.description,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
});
