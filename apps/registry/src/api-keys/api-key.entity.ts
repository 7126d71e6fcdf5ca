import type { ApiKey, Principal, PrincipalKind, Role } from '@sluice/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('api_key')
export class ApiKeyEntity {
  @PrimaryColumn('uuid') id: string;
  @Column({ type: 'bigint', insert: false, update: false }) position: string;
  @Column('text') name: string;
  @Column('text') kind: PrincipalKind;
  @Column('text', { array: true }) roles: Role[];
  /** In hexadecimal. The key has 256 random bits, so a slow hash would add nothing. */
  @Column('text') sha256: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}

export const toApiKey = (row: ApiKeyEntity): ApiKey => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  roles: row.roles,
  createdAt: row.createdAt.toISOString(),
  createdBy: row.createdBy,
  revokedAt: row.revokedAt?.toISOString() ?? null,
});

export const toPrincipal = (row: ApiKeyEntity): Principal => ({
  keyId: row.id,
  name: row.name,
  kind: row.kind,
  roles: row.roles,
});
