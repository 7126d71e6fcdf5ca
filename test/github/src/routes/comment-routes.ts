import type { FastifyInstance } from 'fastify';
import { commentDocument } from '../documents/comment.js';
import { notFound, Refusal } from '../refusal.js';
import { assertMayWrite, repositoryOf, type RouteContext } from './route-context.js';

const longestComment = 65_536;

export const commentRoutes = (server: FastifyInstance, context: RouteContext): void => {
  server.get('/repos/:owner/:repo/issues/:number/comments', (request, reply) => {
    const repository = repositoryOf(context, request.params);
    const number = Number((request.params as { number: string }).number);
    if (!repository.pullRequests.has(number)) throw notFound();
    const query = request.query as { page?: string; per_page?: string };
    const page = Math.max(1, Number(query.page ?? 1));
    const perPage = Math.min(100, Math.max(1, Number(query.per_page ?? 30)));
    const all = [...repository.comments.values()].filter(({ issue }) => issue === number);
    const last = Math.max(1, Math.ceil(all.length / perPage));
    if (page < last) {
      const link = (to: number, rel: string) =>
        `<${context.api()}/repositories/${repository.id}/issues/${number}/comments?per_page=${perPage}&page=${to}>; rel="${rel}"`;
      void reply.header('link', `${link(page + 1, 'next')}, ${link(last, 'last')}`);
    }
    return all
      .slice((page - 1) * perPage, page * perPage)
      .map((comment) => commentDocument(repository, comment, context.api()));
  });

  // GitHub's own links to further pages go by the repository's number.
  server.get('/repositories/:id/issues/:number/comments', async (request, reply) => {
    const { id, number } = request.params as { id: string; number: string };
    const repository = [...context.repositories.values()].find(
      (candidate) => candidate.id === Number(id),
    );
    if (repository === undefined) throw notFound();
    const query = request.url.split('?')[1] ?? '';
    const inner = await server.inject({
      url: `/repos/${repository.fullName}/issues/${number}/comments?${query}`,
      headers: { authorization: request.headers.authorization },
    });
    if (inner.headers.link !== undefined) void reply.header('link', inner.headers.link);
    return reply.code(inner.statusCode).type('application/json; charset=utf-8').send(inner.body);
  });

  server.post('/repos/:owner/:repo/issues/:number/comments', (request, reply) => {
    const holder = context.holderOf(request);
    const repository = repositoryOf(context, request.params);
    assertMayWrite(holder);
    const number = Number((request.params as { number: string }).number);
    if (!repository.pullRequests.has(number)) throw notFound();
    const body = bodyOf(request.body);
    const { login, type } = holder;
    const now = context.now();
    const comment = {
      id: context.nextId(),
      issue: number,
      user: { login, type },
      body,
      createdAt: now,
      updatedAt: now,
    };
    repository.comments.set(comment.id, comment);
    return reply.code(201).send(commentDocument(repository, comment, context.api()));
  });

  server.patch('/repos/:owner/:repo/issues/comments/:id', (request) => {
    const holder = context.holderOf(request);
    const repository = repositoryOf(context, request.params);
    assertMayWrite(holder);
    const comment = repository.comments.get(Number((request.params as { id: string }).id));
    if (comment === undefined) throw notFound();
    comment.body = bodyOf(request.body);
    comment.updatedAt = context.now();
    return commentDocument(repository, comment, context.api());
  });
};

const bodyOf = (document: unknown): string => {
  const body = (document as { body?: unknown } | null)?.body;
  const invalid = (message: string) =>
    new Refusal(422, 'Validation Failed', {
      errors: [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message }],
    });
  if (typeof body !== 'string' || body.trim() === '') throw invalid("Body can't be blank");
  if (body.length > longestComment) {
    throw invalid(`Body is too long (maximum is ${longestComment} characters)`);
  }
  return body;
};
