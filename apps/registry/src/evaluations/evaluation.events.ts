import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  evaluationFailedSchema,
  evaluationProgressedSchema,
  evaluationStoppedSchema,
  subjects,
} from '@sluice/contracts';
import { Consumers, handler, reader } from '@sluice/platform';
import { EvaluationCancellation } from './evaluation-cancellation.js';
import { EvaluationResults } from './evaluation-results.js';
import { VerdictReader } from './verdict-reader.js';

/** Listens to the evaluator. */
@Injectable()
export class EvaluationEvents implements OnApplicationBootstrap {
  constructor(
    private readonly consumers: Consumers,
    private readonly results: EvaluationResults,
    private readonly cancellation: EvaluationCancellation,
    private readonly verdicts: VerdictReader,
  ) {}

  onApplicationBootstrap(): void {
    const { results, cancellation, verdicts } = this;
    this.consumers.start({
      stream: 'events',
      durable: 'registry-evaluations',
      handlers: {
        [subjects.evaluationProgressed]: handler({
          schema: evaluationProgressedSchema,
          handle: (event, transaction) => results.progressed(event, transaction),
        }),
        [subjects.evaluationCompleted]: reader({
          read: (bytes) => verdicts.read(bytes),
          handle: (event, transaction) => results.completed(event, transaction),
        }),
        [subjects.evaluationFailed]: handler({
          schema: evaluationFailedSchema,
          handle: (event, transaction) => results.failed(event, transaction),
        }),
        [subjects.evaluationStopped]: handler({
          schema: evaluationStoppedSchema,
          handle: (event, transaction) => cancellation.stopped(event, transaction),
        }),
      },
    });
  }
}
