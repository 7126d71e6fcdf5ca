import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { asSluiceError } from '@sluice/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Seconds. A server that is being started is mostly there by then. */
const retryAfter = '2';

/** Errors as the clients of the Open Inference Protocol read them: `{"error": "…"}`. */
@Catch()
export class OpenInferenceErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Gateway');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = asSluiceError(thrown);
    if (error.code === 'internal')
      this.logger.error(
        `${request.id}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`,
      );
    // The client is gone, or has the head of an answer: cutting the connection is all that can be said.
    if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) {
      reply.raw.destroy();
      return;
    }
    if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="sluice"');
    if (error.code === 'unavailable') reply.header('retry-after', retryAfter);
    // What is left of a body that is not wanted would be read as the next request.
    if (!request.raw.complete) reply.header('connection', 'close');
    void reply
      .status(error.status)
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify({ error: error.message }));
  }
}
