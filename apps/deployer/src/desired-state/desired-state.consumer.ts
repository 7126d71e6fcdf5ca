import { Injectable } from '@nestjs/common';
import { promotionApprovedSchema, subjects } from '@sluice/contracts';
import { Consumers, handler } from '@sluice/platform';
import { DesiredStateService } from './desired-state.service.js';

/** Takes approved promotions from the registry's events. */
@Injectable()
export class DesiredStateConsumer {
  constructor(
    private readonly consumers: Consumers,
    private readonly desiredState: DesiredStateService,
  ) {}

  /** To be called when the gateway listens: an outcome that is told again names its address. */
  start(): void {
    this.consumers.start({
      stream: 'events',
      durable: 'deployer',
      handlers: {
        [subjects.promotionApproved]: handler({
          schema: promotionApprovedSchema,
          handle: (approved, transaction, envelope) =>
            this.desiredState.accept(approved, transaction, envelope.correlationid ?? null),
        }),
      },
    });
  }
}
