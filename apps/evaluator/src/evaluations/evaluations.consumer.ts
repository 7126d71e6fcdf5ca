import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { evaluateJobSchema, subjects } from '@sluice/contracts';
import { Consumers, worker } from '@sluice/platform';
import { EvaluationsService } from './evaluations.service.js';

/** Takes evaluation jobs from the queue that all evaluators share. */
@Injectable()
export class EvaluationsConsumer implements OnApplicationBootstrap {
  constructor(
    private readonly consumers: Consumers,
    private readonly evaluations: EvaluationsService,
  ) {}

  onApplicationBootstrap(): void {
    this.consumers.start({
      stream: 'jobs',
      durable: 'evaluator-evaluate',
      handlers: {
        [subjects.evaluateJob]: worker({
          schema: evaluateJobSchema,
          work: (job) => this.evaluations.perform(job),
        }),
      },
    });
  }
}
