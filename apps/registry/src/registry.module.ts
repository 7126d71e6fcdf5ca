import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import {
  AccessGuard,
  AUTHENTICATOR,
  DatabaseModule,
  HealthController,
  MessagingModule,
  QueryClient,
} from '@sluice/platform';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeyStore } from './api-keys/api-key.store.js';
import { ApiKeysService } from './api-keys/api-keys.service.js';
import { FirstKey } from './api-keys/first-key.js';
import { KeyAuthenticator } from './api-keys/key-authenticator.js';
import { KeyQueriesController } from './api-keys/key-queries.controller.js';
import { AuditEntryEntity } from './audit/audit-entry.entity.js';
import { AuditService } from './audit/audit.service.js';
import { AuditTrail } from './audit/audit-trail.js';
import { blobStoreProvider } from './blobs/blob-store.provider.js';
import { BlobsService } from './blobs/blobs.service.js';
import { controllers } from './controllers.js';
import { DatasetEntity } from './datasets/dataset.entity.js';
import { DatasetStore } from './datasets/dataset.store.js';
import { DatasetsService } from './datasets/datasets.service.js';
import { ChampionEntity, EnvironmentEntity } from './environments/environment.entity.js';
import { EnvironmentStore } from './environments/environment.store.js';
import { EnvironmentsService } from './environments/environments.service.js';
import { EvaluationCancellation } from './evaluations/evaluation-cancellation.js';
import { EvaluationEntity } from './evaluations/evaluation.entity.js';
import { EvaluationEvents } from './evaluations/evaluation.events.js';
import { EvaluationJob } from './evaluations/evaluation-job.js';
import { EvaluationResults } from './evaluations/evaluation-results.js';
import { EvaluationStore } from './evaluations/evaluation.store.js';
import { EvaluationsService } from './evaluations/evaluations.service.js';
import { VerdictReader } from './evaluations/verdict-reader.js';
import { OperationInterceptor } from './http/operation.interceptor.js';
import { Creations } from './idempotency/creations.js';
import { IdempotencyEntity } from './idempotency/idempotency.entity.js';
import { migrations } from './migrations/migrations.js';
import { ModelEntity } from './models/model.entity.js';
import { ModelStore } from './models/model.store.js';
import { ModelsService } from './models/models.service.js';
import { OpenapiService } from './openapi/openapi.service.js';
import { ApprovalRules } from './promotions/approval-rules.js';
import { Evidence } from './promotions/evidence.js';
import { PromotionDecisions } from './promotions/promotion-decisions.js';
import { PromotionEntity } from './promotions/promotion.entity.js';
import { PromotionGate } from './promotions/promotion-gate.js';
import { PromotionStore } from './promotions/promotion.store.js';
import { PromotionsService } from './promotions/promotions.service.js';
import { Rollout } from './promotions/rollout.js';
import { RolloutEvents } from './promotions/rollout.events.js';
import { RolloutResults } from './promotions/rollout-results.js';
import { REGISTRY_CONFIGURATION, type RegistryConfiguration } from './registry.configuration.js';
import { ResyncService } from './resync/resync.service.js';
import { ArtifactInspector } from './versions/artifact-inspector.js';
import { VersionEntity } from './versions/version.entity.js';
import { VersionStore } from './versions/version.store.js';
import { VersionsService } from './versions/versions.service.js';

const entities = [
  ApiKeyEntity,
  AuditEntryEntity,
  ChampionEntity,
  DatasetEntity,
  EnvironmentEntity,
  EvaluationEntity,
  IdempotencyEntity,
  ModelEntity,
  PromotionEntity,
  VersionEntity,
];

const keys = [ApiKeyStore, ApiKeysService, FirstKey, KeyAuthenticator];
const catalogue = [
  BlobsService,
  DatasetStore,
  DatasetsService,
  ModelStore,
  ModelsService,
  ArtifactInspector,
  VersionStore,
  VersionsService,
];
const gate = [
  EnvironmentStore,
  EnvironmentsService,
  EvaluationCancellation,
  EvaluationEvents,
  EvaluationJob,
  EvaluationResults,
  EvaluationStore,
  EvaluationsService,
  ApprovalRules,
  Evidence,
  PromotionDecisions,
  PromotionGate,
  PromotionStore,
  PromotionsService,
  Rollout,
  RolloutEvents,
  RolloutResults,
  VerdictReader,
];

/** The registry: what there is, what was found about it, who may decide, and what was decided. */
@Module({})
export class RegistryModule {
  static forRoot(configuration: RegistryConfiguration): DynamicModule {
    return {
      module: RegistryModule,
      imports: [
        DatabaseModule.forRoot({
          url: configuration.DATABASE_URL,
          schema: 'registry',
          entities,
          migrations,
        }),
        MessagingModule.forRoot({ service: 'registry', natsUrl: configuration.NATS_URL }),
      ],
      controllers: [HealthController, KeyQueriesController, ...controllers],
      providers: [
        { provide: REGISTRY_CONFIGURATION, useValue: configuration },
        { provide: AUTHENTICATOR, useExisting: KeyAuthenticator },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: OperationInterceptor },
        blobStoreProvider,
        QueryClient,
        AuditTrail,
        AuditService,
        Creations,
        OpenapiService,
        ResyncService,
        ...keys,
        ...catalogue,
        ...gate,
      ],
    };
  }
}
