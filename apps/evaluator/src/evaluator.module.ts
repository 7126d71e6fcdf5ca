import { Module, type DynamicModule } from '@nestjs/common';
import { RegistryClient } from '@sluice/client';
import { DatabaseModule, HealthController, MessagingModule } from '@sluice/platform';
import { EvaluationEntity } from './evaluations/evaluation.entity.js';
import { EvaluationStore } from './evaluations/evaluation.store.js';
import { CONCURRENCY, EvaluationsConsumer } from './evaluations/evaluations.consumer.js';
import { EvaluationsService } from './evaluations/evaluations.service.js';
import type { EvaluatorConfiguration } from './evaluator.configuration.js';
import { CACHE_FOLDER, InputsService } from './inputs/inputs.service.js';
import { migrations } from './migrations/migrations.js';

/** The evaluator has no API of its own: jobs come from the queue, verdicts go out as events. It serves health probes only. */
@Module({})
export class EvaluatorModule {
  static forRoot(configuration: EvaluatorConfiguration): DynamicModule {
    return {
      module: EvaluatorModule,
      imports: [
        DatabaseModule.forRoot({
          url: configuration.DATABASE_URL,
          schema: 'evaluator',
          entities: [EvaluationEntity],
          migrations,
        }),
        MessagingModule.forRoot({ service: 'evaluator', natsUrl: configuration.NATS_URL }),
      ],
      controllers: [HealthController],
      providers: [
        { provide: CACHE_FOLDER, useValue: configuration.SLUICE_CACHE },
        { provide: CONCURRENCY, useValue: configuration.SLUICE_CONCURRENCY },
        {
          provide: RegistryClient,
          useValue: new RegistryClient({
            url: configuration.SLUICE_REGISTRY_URL,
            apiKey: configuration.SLUICE_API_KEY,
          }),
        },
        EvaluationStore,
        InputsService,
        EvaluationsService,
        EvaluationsConsumer,
      ],
    };
  }
}
