import {
  Catch,
  HttpException,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { errorCodes, SluiceError, toProblem, type ErrorCode } from '@sluice/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { throwError } from 'rxjs';
import { databaseFault } from '../database/database-fault.js';

/** Turns whatever was thrown into an RFC 9457 problem document. A defect is logged whole and shown as nothing but its id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(thrown: unknown, host: ArgumentsHost): unknown {
    const error = asSluiceError(thrown);
    if (host.getType() !== 'http') {
      if (error.status >= 500) this.logger.error(describe(thrown));
      return throwError(() => ({ code: error.code, message: error.message }));
    }
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error.status >= 500)
      this.logger[error.code === 'internal' ? 'error' : 'warn'](
        `${request.id} ${request.method} ${request.url}: ${describe(thrown)}`,
      );
    if (reply.sent || reply.raw.headersSent) {
      // Too late for an answer: cutting the connection is the only honest signal that the body is not whole.
      reply.raw.destroy();
      return undefined;
    }
    return sendProblem(reply, request, error);
  }
}

export const sendProblem = (
  reply: FastifyReply,
  request: FastifyRequest,
  error: SluiceError,
): FastifyReply => {
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="sluice"');
  return reply
    .status(error.status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .send(
      JSON.stringify(
        toProblem(error, { instance: request.url.split('?')[0] ?? '/', correlationId: request.id }),
      ),
    );
};

const describe = (thrown: unknown): string =>
  thrown instanceof Error
    ? `${thrown.stack ?? thrown.message}${thrown.cause === undefined ? '' : `; because of ${String(thrown.cause)}`}`
    : String(thrown);

const byStatus = new Map<number, ErrorCode>(
  (Object.entries(errorCodes) as [ErrorCode, { status: number }][])
    .toReversed()
    .map(([code, { status }]) => [status, code]),
);

/** Nest's and Fastify's own errors carry a status; ours carry a code; nothing else is expected. */
export const asSluiceError = (thrown: unknown): SluiceError => {
  if (thrown instanceof SluiceError) return thrown;
  const fault = databaseFault(thrown);
  if (fault !== null) return fault;
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : (thrown as { statusCode?: unknown } | null)?.statusCode;
  const code =
    typeof status === 'number' && status < 500
      ? (byStatus.get(status) ?? 'invalid_request')
      : 'internal';
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SluiceError(code, code === 'internal' ? 'An unexpected error occurred.' : message, {
    cause: thrown,
  });
};
