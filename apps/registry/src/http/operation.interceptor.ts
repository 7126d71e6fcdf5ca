import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';
import { AlreadyThere } from './already-there.js';
import { apiPrefix } from './api-prefix.js';
import { etagOf } from './if-match.js';
import { JsonParts } from './json-parts.js';
import { operationKey, type OperationOptions } from './operation.js';

/** Gives answers the status and headers that their operation promises. */
@Injectable()
export class OperationInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const operation = this.reflector.get<OperationOptions | undefined>(
      operationKey,
      context.getHandler(),
    );
    if (context.getType() !== 'http' || operation === undefined) return next.handle();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((result) => answer(reply, operation, result)));
  }
}

const answer = (reply: FastifyReply, operation: OperationOptions, result: unknown): unknown => {
  const wasThere = result instanceof AlreadyThere;
  const value: unknown = wasThere ? result.value : result;
  if (wasThere) reply.status(200);
  // What an API answers is for whoever asked, and changes.
  if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-store');
  if (operation.location !== undefined)
    reply.header('location', `/${apiPrefix}${operation.location(value)}`);
  if (operation.revision !== undefined) reply.header('etag', etagOf(operation.revision(value)));
  return value instanceof JsonParts ? value.file() : value;
};
