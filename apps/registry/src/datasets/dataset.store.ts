import { Injectable } from '@nestjs/common';
import type { Digest, PageQuery } from '@sluice/contracts';
import { DataSource, LessThan, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { numberCursor } from '../pages/page-cursor.js';
import { DatasetEntity } from './dataset.entity.js';

@Injectable()
export class DatasetStore {
  constructor(private readonly database: DataSource) {}

  /** @returns false if the dataset is there already */
  async add(
    transaction: EntityManager,
    dataset: Omit<DatasetEntity, 'position'>,
  ): Promise<boolean> {
    const added = await transaction
      .createQueryBuilder()
      .insert()
      .into(DatasetEntity)
      .values(dataset)
      .orIgnore()
      .returning('digest')
      .execute();
    return (added.raw as unknown[]).length > 0;
  }

  /** @throws SluiceError `not_found` */
  async get(
    digest: Digest,
    transaction: EntityManager = this.database.manager,
  ): Promise<DatasetEntity> {
    const dataset = await transaction.findOneBy(DatasetEntity, { digest });
    if (dataset === null) throw notFound(`dataset ${digest}`);
    return dataset;
  }

  list(query: PageQuery): Promise<DatasetEntity[]> {
    const after = numberCursor(query.after);
    return this.database.manager.find(DatasetEntity, {
      where: after === undefined ? {} : { position: LessThan(after) },
      order: { position: 'DESC' },
      take: query.limit + 1,
    });
  }
}
