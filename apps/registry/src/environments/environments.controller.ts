import { Controller, Get, Param } from '@nestjs/common';
import {
  championListSchema,
  championSchema,
  environmentListSchema,
  environmentNameSchema,
  modelNameSchema,
  type Champion,
  type Environment,
} from '@sluice/contracts';
import { Roles } from '@sluice/platform';
import { readers } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { EnvironmentsService } from './environments.service.js';

@Controller()
export class EnvironmentsController {
  constructor(private readonly environments: EnvironmentsService) {}

  @Get('environments')
  @Roles(...readers)
  @Operation({
    id: 'listEnvironments',
    summary: 'The environments that versions are promoted into',
    status: 200,
    response: environmentListSchema,
  })
  list(): Promise<{ items: Environment[] }> {
    return this.environments.list();
  }

  @Get('models/:model/environments')
  @Roles(...readers)
  @Operation({
    id: 'listChampions',
    summary: 'Which version of a model each environment runs',
    status: 200,
    response: championListSchema,
    errors: ['not_found'],
  })
  champions(
    @Param('model', { schema: modelNameSchema }) model: string,
  ): Promise<{ items: Champion[] }> {
    return this.environments.champions(model);
  }

  @Get('models/:model/environments/:environment')
  @Roles(...readers)
  @Operation({
    id: 'getChampion',
    summary: 'Which version of a model one environment runs',
    status: 200,
    response: championSchema,
    errors: ['not_found'],
    revision: (champion) => champion.revision,
  })
  champion(
    @Param('model', { schema: modelNameSchema }) model: string,
    @Param('environment', { schema: environmentNameSchema }) environment: string,
  ): Promise<Champion> {
    return this.environments.champion(model, environment);
  }
}
