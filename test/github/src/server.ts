import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Faults } from './faults.js';
import { notFound, Refusal } from './refusal.js';
import { commentRoutes } from './routes/comment-routes.js';
import { contentRoutes } from './routes/content-routes.js';
import { pullRequestRoutes } from './routes/pull-request-routes.js';
import type { RouteContext } from './routes/route-context.js';
import { viewerRoute } from './routes/viewer-route.js';

export interface AnsweredRequest {
  method: string;
  path: string;
  status: number;
}

export const buildServer = (
  context: RouteContext,
  faults: Faults,
  onAnswered: (answered: AnsweredRequest) => void,
): FastifyInstance => {
  const server = fastify({ bodyLimit: 10 * 1024 * 1024, forceCloseConnections: true });

  // A token is asked for before anything else, so that no route can forget it.
  server.addHook('onRequest', async (request) => {
    const fault = faults.strike(request.method, request.url);
    if (fault !== undefined) throw fault;
    context.holderOf(request);
  });
  server.addHook('onSend', async (_request, reply) => {
    void reply.headers({
      'x-github-media-type': 'github.v3; format=json',
      'x-ratelimit-limit': '1000',
      'x-ratelimit-remaining': '999',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    });
  });
  server.addHook('onResponse', async (request, reply) => {
    onAnswered({ method: request.method, path: request.url, status: reply.statusCode });
  });
  server.setNotFoundHandler((_request, reply) => refuse(reply, notFound()));
  server.setErrorHandler((error, _request, reply) =>
    error instanceof Refusal ? refuse(reply, error) : reply.send(error),
  );

  pullRequestRoutes(server, context);
  commentRoutes(server, context);
  contentRoutes(server, context);
  viewerRoute(server, context);
  return server;
};

const refuse = (reply: FastifyReply, refusal: Refusal): FastifyReply =>
  reply.code(refusal.status).headers(refusal.headers).send(refusal.document());
