import { SluiceError } from '@sluice/contracts';
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { authenticationOf } from './authentication.js';
import { openInferenceRoutes, type Serving } from './protocol/open-inference.routes.js';

/** A larger batch belongs into several requests: its answer would hold up every other one. */
const largestBody = 8 * 1024 * 1024;

/** The HTTP side of the model server; it listens nowhere yet. */
export const createServer = (serving: Serving, token: string | null): FastifyInstance => {
  const app = fastify({
    bodyLimit: largestBody,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    routerOptions: { maxParamLength: 200 },
    // A request that is on its way while the server closes is still answered.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Standard output is for the events that a deployer reads.
    logger: { level: 'warn', stream: process.stderr },
    frameworkErrors: answerError,
  });
  const authenticate = authenticationOf(token);
  app.addHook('onRequest', async (request) => authenticate(request));
  app.addHook('onSend', async (request, reply) => describeServer(request, reply, serving));
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request) => {
    throw new SluiceError(
      'not_found',
      `there is nothing at ${request.method} ${request.url.split('?')[0]}`,
    );
  });
  app.register(async (scope) => openInferenceRoutes(scope, serving));
  return app;
};

const describeServer = (request: FastifyRequest, reply: FastifyReply, serving: Serving): void => {
  // Whoever keeps the connection would otherwise send the next request into a closing server.
  if (serving.draining) reply.header('connection', 'close');
  const isPublic = request.routeOptions.config?.public === true;
  if (serving.predictor !== null && !isPublic && reply.statusCode !== 401) {
    reply.header('x-sluice-artifact-digest', serving.predictor.model.digest);
  }
};

/** Open Inference Protocol has one field for errors. What is unexpected is logged and not told. */
const answerError = (
  error: FastifyError | SluiceError,
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const status = error instanceof SluiceError ? error.status : (error.statusCode ?? 500);
  // Being overloaded, or still loading, is no defect; and logging each request turned away would add to it.
  if (status === 500) request.log.error(error);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (status === 503) reply.header('retry-after', '1');
  const known = error instanceof SluiceError || status < 500;
  void reply
    .code(status)
    .send({ error: known ? error.message : 'an unexpected error occurred; it is in the logs' });
};
