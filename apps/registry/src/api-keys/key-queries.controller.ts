import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  authenticateQuerySchema,
  queries,
  type AuthenticateQuery,
  type AuthenticateReply,
} from '@sluice/contracts';
import { KeyAuthenticator } from './key-authenticator.js';

/** Tells Sluice's other services who holds a key, over NATS. */
@Controller()
export class KeyQueriesController {
  constructor(private readonly keys: KeyAuthenticator) {}

  @MessagePattern(queries.authenticate)
  async authenticate(
    @Payload({ schema: authenticateQuerySchema }) query: AuthenticateQuery,
  ): Promise<AuthenticateReply> {
    return { principal: await this.keys.authenticate(query.sha256) };
  }
}
