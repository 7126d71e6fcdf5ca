import type { FastifyRequest } from 'fastify';
import { notFound, Refusal } from '../refusal.js';
import type { Repository, TokenHolder } from '../state.js';

/** What the routes share: the state, who asks, and where they are. */
export interface RouteContext {
  repositories: ReadonlyMap<string, Repository>;
  api: () => string;
  nextId: () => number;
  now: () => string;
  holderOf: (request: FastifyRequest) => TokenHolder;
}

export interface RepositoryParams {
  owner: string;
  repo: string;
}

export const repositoryOf = (context: RouteContext, params: unknown): Repository => {
  const { owner, repo } = params as RepositoryParams;
  const repository = context.repositories.get(`${owner}/${repo}`);
  if (repository === undefined) throw notFound();
  return repository;
};

/** GitHub's answer to a workflow whose token only reads, as on pull requests from forks. */
export const assertMayWrite = (holder: TokenHolder): void => {
  if (holder.permission === 'read') {
    throw new Refusal(403, 'Resource not accessible by integration');
  }
};
