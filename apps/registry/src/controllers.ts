import type { Type } from '@nestjs/common';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { BlobsController } from './blobs/blobs.controller.js';
import { DatasetsController } from './datasets/datasets.controller.js';
import { DeploymentsController } from './deployments/deployments.controller.js';
import { EnvironmentsController } from './environments/environments.controller.js';
import { EvaluationsController } from './evaluations/evaluations.controller.js';
import { ModelsController } from './models/models.controller.js';
import { OpenapiController } from './openapi/openapi.controller.js';
import { PromotionsController } from './promotions/promotions.controller.js';
import { VersionsController } from './versions/versions.controller.js';

/** Every controller of the HTTP API, in the order of its document. */
export const controllers: Type[] = [
  ModelsController,
  VersionsController,
  BlobsController,
  DatasetsController,
  EvaluationsController,
  PromotionsController,
  EnvironmentsController,
  DeploymentsController,
  ApiKeysController,
  AuditController,
  OpenapiController,
];
