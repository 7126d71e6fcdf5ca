import { Injectable } from '@nestjs/common';
import {
  SluiceError,
  type CreateModel,
  type Model,
  type Page,
  type PageQuery,
  type Principal,
} from '@sluice/contracts';
import { Creations } from '../idempotency/creations.js';
import { pageFrom } from '../pages/page-cursor.js';
import { toModel, type ModelEntity } from './model.entity.js';
import { ModelStore } from './model.store.js';

@Injectable()
export class ModelsService {
  constructor(
    private readonly store: ModelStore,
    private readonly creations: Creations,
  ) {}

  create(principal: Principal, wish: CreateModel, key: string | undefined): Promise<Model> {
    const attempt = { principal, route: 'POST /models', body: wish, key };
    return this.creations.once(attempt, nothing, async (transaction) => {
      const row: ModelEntity = {
        ...wish,
        latestVersion: 0,
        createdAt: new Date(),
        createdBy: principal.name,
      };
      if (!(await this.store.add(transaction, row)))
        throw new SluiceError('conflict', `There is a model ${wish.name} already.`);
      const event = {
        actor: principal.name,
        action: 'model.created',
        subject: `models/${wish.name}`,
      };
      return { result: toModel(row), events: [event] };
    });
  }

  async list(query: PageQuery): Promise<Page<Model>> {
    const rows = await this.store.list(query);
    return pageFrom(rows, query, ({ name }) => name, toModel);
  }

  async get(name: string): Promise<Model> {
    return toModel(await this.store.get(name));
  }
}

const nothing = (): Promise<void> => Promise.resolve();
