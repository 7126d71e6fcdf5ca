import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { evaluateJobSchema, evaluationCancelledSchema, subjects } from '@sluice/contracts';
import { Consumers, handler, worker } from '@sluice/platform';
import { EvaluationStore } from './evaluation.store.js';
import { EvaluationsService } from './evaluations.service.js';

export const CONCURRENCY = Symbol('CONCURRENCY');

/** Takes evaluation jobs from the queue that all evaluators share, and hears for all of them what was cancelled. */
@Injectable()
export class EvaluationsConsumer implements OnApplicationBootstrap {
  constructor(
    private readonly consumers: Consumers,
    private readonly evaluations: EvaluationsService,
    private readonly store: EvaluationStore,
    @Inject(CONCURRENCY) private readonly concurrency: number,
  ) {}

  onApplicationBootstrap(): void {
    this.consumers.start({
      stream: 'jobs',
      durable: 'evaluator-evaluate',
      concurrency: this.concurrency,
      handlers: {
        [subjects.evaluateJob]: worker({
          schema: evaluateJobSchema,
          work: (job) => this.evaluations.perform(job),
        }),
      },
    });
    this.consumers.start({
      stream: 'events',
      durable: 'evaluator-cancellations',
      handlers: {
        [subjects.evaluationCancelled]: handler({
          schema: evaluationCancelledSchema,
          handle: ({ evaluation }, transaction) => this.store.cancel(transaction, evaluation),
        }),
      },
    });
  }
}
