import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ConsoleLogger, type LogLevel, type Type, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SluiceError } from '@sluice/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { correlationHeader, isCorrelationId, withCorrelationId } from './correlation.js';
import { asSluiceError, ProblemFilter, sendProblem } from './problem.filter.js';
import { validationPipe } from './validation.js';

export interface HttpOptions {
  /** Host names, without port, under which the service may be asked. Others are refused: a rebinding name is one of them. */
  readonly allowedHosts: readonly string[];
  /** Bytes of a JSON body. */
  readonly bodyLimit?: number;
}

export const logger = (service: string): ConsoleLogger =>
  new ConsoleLogger({
    json: true,
    prefix: service,
    logLevels: (process.env['LOG_LEVELS'] ?? 'log,warn,error,fatal').split(',') as LogLevel[],
  });

/** A Nest application on Fastify with what every route needs: host check, correlation id, validation, problem documents. */
export const createHttpApp = async (
  module: Type | DynamicModule,
  service: string,
  options: HttpOptions,
): Promise<NestFastifyApplication> => {
  const adapter = new FastifyAdapter({
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    requestTimeout: 0,
    // A malformed URL reaches neither hook nor filter.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      reply.header(correlationHeader, request.id).header('x-content-type-options', 'nosniff');
      sendProblem(reply, request, asSluiceError(error));
    },
    routerOptions: { maxParamLength: 200 },
    genReqId: (request: IncomingMessage) => {
      const given = request.headers[correlationHeader];
      return isCorrelationId(given) ? given : randomUUID();
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: logger(service),
    forceCloseConnections: true,
  });
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(correlationHeader, request.id);
    reply.header('x-content-type-options', 'nosniff');
    const refusal = refuseForeign(request.headers, options.allowedHosts);
    if (refusal !== undefined) {
      sendProblem(reply, request, refusal);
      return;
    }
    withCorrelationId(request.id, done);
  });
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(validationPipe());
  app.enableShutdownHooks();
  return app;
};

const refuseForeign = (
  headers: { host?: string | undefined; origin?: string | undefined },
  allowed: readonly string[],
): SluiceError | undefined => {
  if (!allowed.includes(hostOf(headers.host)))
    return new SluiceError(
      'misdirected_request',
      'This host name is not served here. Add it to SLUICE_ALLOWED_HOSTS if it should be.',
    );
  if (
    headers.origin !== undefined &&
    !allowed.includes(hostOf(headers.origin.replace(/^https?:\/\//, '')))
  )
    return new SluiceError('forbidden', 'Pages of other origins may not call this API.');
  return undefined;
};

/** The name without the port; an IPv6 address keeps its brackets. */
const hostOf = (value: string | undefined): string =>
  (value ?? '').toLowerCase().replace(/:\d+$/, '');
