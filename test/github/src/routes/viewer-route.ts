import type { FastifyInstance } from 'fastify';
import type { RouteContext } from './route-context.js';

/** Of GraphQL the one question that a workflow's token can only ask there: who am I? */
export const viewerRoute = (server: FastifyInstance, context: RouteContext): void => {
  server.post('/graphql', (request) => {
    const holder = context.holderOf(request);
    const query = String((request.body as { query?: unknown } | null)?.query);
    if (/^\s*(query\s*)?\{\s*viewer\s*\{\s*login\s*\}\s*\}\s*$/.test(query)) {
      return { data: { viewer: { login: holder.login } } };
    }
    return { errors: [{ message: 'The stand-in answers { viewer { login } } only' }] };
  });
};
