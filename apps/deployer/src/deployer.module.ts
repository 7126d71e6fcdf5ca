import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { RegistryClient } from '@sluice/client';
import {
  AccessGuard,
  AUTHENTICATOR,
  DatabaseModule,
  HealthController,
  MessagingModule,
  QueryClient,
} from '@sluice/platform';
import { ArtifactCache, CACHE_FOLDER } from './artifacts/artifact-cache.js';
import { BLOB_SOURCE } from './artifacts/blob-source.js';
import type { DeployerConfiguration } from './configuration.js';
import { Initial1760000000000 } from './database/initial.migration.js';
import { MessageData1790000100000 } from './database/message-data.migration.js';
import { DeploymentsController } from './deployments/deployments.controller.js';
import { DeploymentsService } from './deployments/deployments.service.js';
import { DeploymentEvents } from './desired-state/deployment-events.js';
import { DeploymentEntity } from './desired-state/deployment.entity.js';
import { DeploymentStore } from './desired-state/deployment.store.js';
import { DesiredStateConsumer } from './desired-state/desired-state.consumer.js';
import { DesiredStateService } from './desired-state/desired-state.service.js';
import { CachedAuthenticator } from './gateway/cached-authenticator.js';
import { EnvironmentHealth } from './gateway/environment-health.js';
import { GATEWAY_URL, GatewayAddress } from './gateway/gateway-address.js';
import { GatewayController } from './gateway/gateway.controller.js';
import { ModelProxy } from './gateway/model-proxy.js';
import { Traffic } from './gateway/traffic.js';
import { BringUp, ROLLOUT_TIMEOUT } from './rollouts/bring-up.js';
import { Leadership } from './rollouts/leadership.js';
import { Reconciler } from './rollouts/reconciler.js';
import { RolloutJournal } from './rollouts/rollout-journal.js';
import { RolloutEntity } from './rollouts/rollout.entity.js';
import { RolloutStore } from './rollouts/rollout.store.js';
import { LocalTarget, MODEL_SERVER } from './targets/local-target.js';
import { TARGET } from './targets/target.js';

/** The deployer, wired. */
@Module({})
export class DeployerModule {
  static forRoot(configuration: DeployerConfiguration): DynamicModule {
    return {
      module: DeployerModule,
      imports: [
        DatabaseModule.forRoot({
          url: configuration.DATABASE_URL,
          schema: 'deployer',
          entities: [DeploymentEntity, RolloutEntity],
          migrations: [Initial1760000000000, MessageData1790000100000],
        }),
        MessagingModule.forRoot({ service: 'deployer', natsUrl: configuration.NATS_URL }),
      ],
      controllers: [HealthController, GatewayController, DeploymentsController],
      providers: [...settingsOf(configuration), ...services],
    };
  }
}

const services = [
  QueryClient,
  { provide: AUTHENTICATOR, useClass: CachedAuthenticator },
  { provide: APP_GUARD, useClass: AccessGuard },
  { provide: TARGET, useClass: LocalTarget },
  ArtifactCache,
  GatewayAddress,
  Traffic,
  ModelProxy,
  EnvironmentHealth,
  RolloutStore,
  DeploymentStore,
  DeploymentEvents,
  DesiredStateService,
  DesiredStateConsumer,
  RolloutJournal,
  BringUp,
  Leadership,
  Reconciler,
  DeploymentsService,
];

const settingsOf = (configuration: DeployerConfiguration) => [
  {
    provide: BLOB_SOURCE,
    useValue: new RegistryClient({
      url: configuration.SLUICE_REGISTRY_URL,
      apiKey: configuration.SLUICE_API_KEY,
      userAgent: 'sluice-deployer',
    }),
  },
  { provide: CACHE_FOLDER, useValue: configuration.SLUICE_CACHE },
  { provide: GATEWAY_URL, useValue: configuration.SLUICE_GATEWAY_URL ?? null },
  { provide: MODEL_SERVER, useValue: configuration.SLUICE_MODEL_SERVER },
  { provide: ROLLOUT_TIMEOUT, useValue: configuration.SLUICE_ROLLOUT_TIMEOUT_SECONDS * 1000 },
];
