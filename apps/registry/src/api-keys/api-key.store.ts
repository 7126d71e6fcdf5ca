import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ArrayContains, IsNull, Not, type EntityManager } from 'typeorm';
import { ApiKeyEntity } from './api-key.entity.js';

export const sha256Of = (secret: string): string =>
  createHash('sha256').update(secret).digest('hex');

@Injectable()
export class ApiKeyStore {
  list(transaction: EntityManager): Promise<ApiKeyEntity[]> {
    return transaction.find(ApiKeyEntity, { order: { position: 'ASC' } });
  }

  find(transaction: EntityManager, id: string): Promise<ApiKeyEntity | null> {
    return transaction.findOneBy(ApiKeyEntity, { id });
  }

  async isEmpty(transaction: EntityManager): Promise<boolean> {
    return !(await transaction.existsBy(ApiKeyEntity, {}));
  }

  /** @returns false if there is a key of that secret already */
  async add(transaction: EntityManager, key: Omit<ApiKeyEntity, 'position'>): Promise<boolean> {
    const added = await transaction
      .createQueryBuilder()
      .insert()
      .into(ApiKeyEntity)
      .values(key)
      .orIgnore()
      .returning('id')
      .execute();
    return (added.raw as unknown[]).length > 0;
  }

  /** Keeps others from adding or revoking keys until the transaction ends, so that "the last one" means something. */
  async lock(transaction: EntityManager): Promise<void> {
    await transaction.query('LOCK TABLE api_key IN SHARE ROW EXCLUSIVE MODE');
  }

  isOtherAdmin(transaction: EntityManager, id: string): Promise<boolean> {
    return transaction.existsBy(ApiKeyEntity, {
      id: Not(id),
      revokedAt: IsNull(),
      roles: ArrayContains(['admin']),
    });
  }

  async revoke(transaction: EntityManager, id: string, at: Date): Promise<void> {
    await transaction.update(ApiKeyEntity, id, { revokedAt: at });
  }
}
