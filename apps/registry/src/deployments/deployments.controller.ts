import { Controller, Get, Query } from '@nestjs/common';
import {
  deploymentListSchema,
  deploymentsReplySchema,
  queries,
  type DeploymentsQuery,
} from '@sluice/contracts';
import { QueryClient, Roles } from '@sluice/platform';
import type { z } from 'zod';
import { readers } from '../access/roles.js';
import { Operation } from '../http/operation.js';
import { deploymentsFilterSchema } from './deployments-filter.js';

/** What the deployer answers; the registry keeps no copy that could be out of date. */
@Controller('deployments')
export class DeploymentsController {
  constructor(private readonly queries: QueryClient) {}

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'listDeployments',
    summary: 'What the targets really run, as the deployer sees it now',
    status: 200,
    response: deploymentListSchema,
    errors: ['unavailable'],
  })
  list(
    @Query({ schema: deploymentsFilterSchema }) filter: DeploymentsQuery,
  ): Promise<z.infer<typeof deploymentsReplySchema>> {
    return this.queries.ask(queries.deployments, filter, deploymentsReplySchema);
  }
}
