import type { FastifyInstance } from 'fastify';
import { pullRequestDocument, pullRequestSummary } from '../documents/pull-request.js';
import { notFound, Refusal } from '../refusal.js';
import { repositoryOf, type RouteContext } from './route-context.js';

export const pullRequestRoutes = (server: FastifyInstance, context: RouteContext): void => {
  server.get('/repos/:owner/:repo/pulls/:number', (request) => {
    const repository = repositoryOf(context, request.params);
    const { number } = request.params as { number: string };
    const pull = repository.pullRequests.get(Number(number));
    if (pull === undefined) throw notFound();
    return pullRequestDocument(repository, pull, context.api());
  });

  server.get('/repos/:owner/:repo/commits/:sha/pulls', (request) => {
    const repository = repositoryOf(context, request.params);
    const { sha } = request.params as { sha: string };
    if (!repository.commits.has(sha)) throw new Refusal(422, `No commit found for SHA: ${sha}`);
    return [...repository.pullRequests.values()]
      .filter((pull) => pull.mergeCommit === sha || repository.headOf(pull) === sha)
      .map((pull) => pullRequestSummary(repository, pull, context.api()));
  });
};
