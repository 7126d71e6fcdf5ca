import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import {
  createDatasetSchema,
  datasetPageSchema,
  datasetSchema,
  digestSchema,
  pageQuerySchema,
  type CreateDataset,
  type Dataset,
  type Digest,
  type Page,
  type PageQuery,
  type Principal,
} from '@sluice/contracts';
import { CurrentPrincipal, Roles } from '@sluice/platform';
import { contributors, readers } from '../access/roles.js';
import type { AlreadyThere } from '../http/already-there.js';
import { Operation } from '../http/operation.js';
import { DatasetsService } from './datasets.service.js';

@Controller('datasets')
export class DatasetsController {
  constructor(private readonly datasets: DatasetsService) {}

  @Post()
  @Roles(...contributors)
  @Operation({
    id: 'createDataset',
    summary: 'Register a table that was uploaded as a blob, or as several',
    description: 'The same bytes again are the same dataset, under the name that they got first.',
    status: 201,
    mayBeThere: true,
    response: datasetSchema,
    errors: ['invalid_data', 'digest_mismatch', 'conflict'],
    location: (dataset) => `/datasets/${dataset.digest}`,
  })
  create(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: createDatasetSchema }) wish: CreateDataset,
  ): Promise<Dataset | AlreadyThere<Dataset>> {
    return this.datasets.create(principal, wish);
  }

  @Get()
  @Roles(...readers)
  @Operation({
    id: 'listDatasets',
    summary: 'All datasets, newest first',
    status: 200,
    response: datasetPageSchema,
  })
  list(@Query({ schema: pageQuerySchema }) query: PageQuery): Promise<Page<Dataset>> {
    return this.datasets.list(query);
  }

  @Get(':digest')
  @Roles(...readers)
  @Operation({
    id: 'getDataset',
    summary: 'One dataset',
    status: 200,
    response: datasetSchema,
    errors: ['not_found'],
  })
  get(@Param('digest', { schema: digestSchema }) digest: Digest): Promise<Dataset> {
    return this.datasets.get(digest);
  }
}
