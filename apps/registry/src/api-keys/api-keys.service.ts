import { randomBytes, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  SluiceError,
  type ApiKey,
  type CreateApiKey,
  type CreatedApiKey,
  type Principal,
} from '@sluice/contracts';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { notFound } from '../http/path-parameters.js';
import { toApiKey, type ApiKeyEntity } from './api-key.entity.js';
import { ApiKeyStore, sha256Of } from './api-key.store.js';

@Injectable()
export class ApiKeysService {
  constructor(
    private readonly database: DataSource,
    private readonly store: ApiKeyStore,
    private readonly audit: AuditTrail,
  ) {}

  /** The secret is in the answer and nowhere else, which is why this create can't be repeated by an idempotency key. */
  create(principal: Principal, wish: CreateApiKey): Promise<CreatedApiKey> {
    const secret = `slk_${randomBytes(32).toString('hex')}`;
    const row: Omit<ApiKeyEntity, 'position'> = {
      id: randomUUID(),
      name: wish.name,
      kind: wish.kind,
      roles: wish.roles,
      sha256: sha256Of(secret),
      createdAt: new Date(),
      createdBy: principal.name,
      revokedAt: null,
    };
    return this.database.transaction(async (transaction) => {
      await this.store.add(transaction, row);
      await this.audit.record(transaction, {
        actor: principal.name,
        action: 'key.created',
        subject: `keys/${row.id}`,
        details: { name: row.name, kind: row.kind, roles: row.roles },
      });
      return { ...toApiKey({ ...row, position: '' }), secret };
    });
  }

  async list(): Promise<{ items: ApiKey[] }> {
    return { items: (await this.store.list(this.database.manager)).map(toApiKey) };
  }

  /** @throws SluiceError `conflict` for the last key of an admin: nobody could make another one */
  revoke(principal: Principal, id: string): Promise<void> {
    return this.database.transaction(async (transaction) => {
      await this.store.lock(transaction);
      const key = await this.store.find(transaction, id);
      if (key === null) throw notFound(`API key ${id}`);
      if (key.revokedAt !== null) return;
      if (key.roles.includes('admin') && !(await this.store.isOtherAdmin(transaction, id)))
        throw new SluiceError(
          'conflict',
          'This is the last admin key. Make another one before you revoke it.',
        );
      await this.store.revoke(transaction, id, new Date());
      await this.audit.record(transaction, {
        actor: principal.name,
        action: 'key.revoked',
        subject: `keys/${id}`,
        details: { name: key.name },
      });
    });
  }
}
