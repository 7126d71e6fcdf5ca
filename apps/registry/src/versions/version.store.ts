import { Injectable } from '@nestjs/common';
import type { Digest, PageQuery } from '@sluice/contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { ModelEntity } from '../models/model.entity.js';
import { numberCursor } from '../pages/page-cursor.js';
import { VersionEntity } from './version.entity.js';

export type VersionQuery = PageQuery & { artifactDigest?: Digest | undefined };

@Injectable()
export class VersionStore {
  constructor(private readonly database: DataSource) {}

  /** @throws SluiceError `not_found` */
  async assertModel(name: string): Promise<void> {
    if (!(await this.database.manager.existsBy(ModelEntity, { name })))
      throw notFound(`model ${name}`);
  }

  /**
   * Gives out a model's next number. The model's row stays locked until the transaction ends, and a transaction
   * that fails gives the number back: so there are neither gaps nor twins.
   *
   * @throws SluiceError `not_found`
   */
  async nextNumber(transaction: EntityManager, model: string): Promise<number> {
    const [rows] = await transaction.query<[{ latest_version: number }[], number]>(
      'UPDATE model SET latest_version = latest_version + 1 WHERE name = $1 RETURNING latest_version',
      [model],
    );
    const row = rows[0];
    if (row === undefined) throw notFound(`model ${model}`);
    return row.latest_version;
  }

  async add(transaction: EntityManager, version: VersionEntity): Promise<void> {
    await transaction.insert(VersionEntity, version);
  }

  /** @throws SluiceError `not_found` */
  async get(
    model: string,
    number: number,
    transaction: EntityManager = this.database.manager,
  ): Promise<VersionEntity> {
    const version = await transaction
      .createQueryBuilder(VersionEntity, 'version')
      .where('version.model = :model', { model })
      // A caller's number may exceed what the column holds; there is no such version then, and no error.
      .andWhere('version.number = :number::bigint', { number })
      .getOne();
    if (version === null) throw notFound(`version ${number} of ${model}`);
    return version;
  }

  list(model: string, query: VersionQuery): Promise<VersionEntity[]> {
    const before = numberCursor(query.after);
    const found = this.database.manager
      .createQueryBuilder(VersionEntity, 'version')
      .where('version.model = :model', { model });
    if (query.artifactDigest !== undefined)
      found.andWhere('version.artifact_digest = :digest', { digest: query.artifactDigest });
    if (before !== undefined) found.andWhere('version.number < :before::bigint', { before });
    return found
      .orderBy('version.number', 'DESC')
      .limit(query.limit + 1)
      .getMany();
  }
}
