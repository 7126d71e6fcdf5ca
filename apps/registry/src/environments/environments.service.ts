import { Injectable } from '@nestjs/common';
import type { Champion, Environment } from '@sluice/contracts';
import { notFound } from '../http/path-parameters.js';
import { ModelStore } from '../models/model.store.js';
import { toChampion, toEnvironment } from './environment.entity.js';
import { EnvironmentStore } from './environment.store.js';

@Injectable()
export class EnvironmentsService {
  constructor(
    private readonly store: EnvironmentStore,
    private readonly models: ModelStore,
  ) {}

  async list(): Promise<{ items: Environment[] }> {
    return { items: (await this.store.list()).map(toEnvironment) };
  }

  async champions(model: string): Promise<{ items: Champion[] }> {
    await this.models.get(model);
    return { items: (await this.store.champions(model)).map(toChampion) };
  }

  async champion(model: string, environment: string): Promise<Champion> {
    const champion = await this.store.champion(model, environment);
    if (champion === null) throw notFound(`version of ${model} in ${environment}`);
    return toChampion(champion);
  }
}
