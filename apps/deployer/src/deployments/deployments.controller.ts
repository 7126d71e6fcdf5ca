import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { queries, type Deployment } from '@sluice/contracts';
import { DeploymentsService } from './deployments.service.js';

/** Answers what runs, over NATS. */
@Controller()
export class DeploymentsController {
  constructor(private readonly deployments: DeploymentsService) {}

  @MessagePattern(queries.deployments)
  list(@Payload() question: unknown): Promise<{ items: Deployment[] }> {
    return this.deployments.list(question);
  }
}
