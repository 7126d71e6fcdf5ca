import { Injectable } from '@nestjs/common';
import type { PageQuery } from '@sluice/contracts';
import { DataSource, MoreThan, type EntityManager } from 'typeorm';
import { notFound } from '../http/path-parameters.js';
import { textCursor } from '../pages/page-cursor.js';
import { ModelEntity } from './model.entity.js';

@Injectable()
export class ModelStore {
  constructor(private readonly database: DataSource) {}

  /** @returns false if the name is taken */
  async add(transaction: EntityManager, model: ModelEntity): Promise<boolean> {
    const added = await transaction
      .createQueryBuilder()
      .insert()
      .into(ModelEntity)
      .values(model)
      .orIgnore()
      .returning('name')
      .execute();
    return (added.raw as unknown[]).length > 0;
  }

  list(query: PageQuery): Promise<ModelEntity[]> {
    const after = textCursor(query.after);
    return this.database.manager.find(ModelEntity, {
      where: after === undefined ? {} : { name: MoreThan(after) },
      order: { name: 'ASC' },
      take: query.limit + 1,
    });
  }

  /** @throws SluiceError `not_found` */
  async get(name: string): Promise<ModelEntity> {
    const model = await this.database.manager.findOneBy(ModelEntity, { name });
    if (model === null) throw notFound(`model ${name}`);
    return model;
  }
}
