import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  deploymentFailedSchema,
  deploymentProgressedSchema,
  deploymentSucceededSchema,
  subjects,
} from '@sluice/contracts';
import { Consumers, handler } from '@sluice/platform';
import { RolloutResults } from './rollout-results.js';

/** Listens to the deployer. */
@Injectable()
export class RolloutEvents implements OnApplicationBootstrap {
  constructor(
    private readonly consumers: Consumers,
    private readonly results: RolloutResults,
  ) {}

  onApplicationBootstrap(): void {
    const { results } = this;
    this.consumers.start({
      stream: 'events',
      durable: 'registry-promotions',
      handlers: {
        [subjects.deploymentProgressed]: handler({
          schema: deploymentProgressedSchema,
          handle: (event, transaction) => results.progressed(event, transaction),
        }),
        [subjects.deploymentSucceeded]: handler({
          schema: deploymentSucceededSchema,
          handle: (event, transaction) => results.succeeded(event, transaction),
        }),
        [subjects.deploymentFailed]: handler({
          schema: deploymentFailedSchema,
          handle: (event, transaction) => results.failed(event, transaction),
        }),
      },
    });
  }
}
