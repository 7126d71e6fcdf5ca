import type { Champion, Digest, Environment } from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('environment')
export class EnvironmentEntity {
  @PrimaryColumn('text') name: string;
  @Column('int') position: number;
  /** The fewest approvals, whatever a policy says. */
  @Column('int') approvals: number;
}

/** The one version of a model that an environment runs. */
@Entity('champion')
export class ChampionEntity {
  @PrimaryColumn('text') model: string;
  @PrimaryColumn('text') environment: string;
  @Column('int') version: number;
  @Column('text', { name: 'artifact_digest' }) artifactDigest: Digest;
  @Column('uuid') promotion: string;
  @Column('timestamptz') since: Date;
  @Column('int') revision: number;
}

export const toEnvironment = ({ name, approvals }: EnvironmentEntity): Environment => ({
  name,
  approvals,
});

export const toChampion = (row: ChampionEntity): Champion => ({
  model: row.model,
  environment: row.environment,
  version: row.version,
  artifactDigest: row.artifactDigest,
  promotion: row.promotion,
  since: row.since.toISOString(),
  revision: row.revision,
});
