import type { FastifyInstance } from 'fastify';
import { contentDocument, contentSummary } from '../documents/content.js';
import { notFound, Refusal } from '../refusal.js';
import { blobId, type Commit, type Repository } from '../state.js';
import { repositoryOf, type RouteContext } from './route-context.js';

export const contentRoutes = (server: FastifyInstance, context: RouteContext): void => {
  // The root folder is asked for without a path, with and without a slash.
  const paths = ['/repos/:owner/:repo/contents', '/repos/:owner/:repo/contents/*'];
  for (const url of paths)
    server.get(url, (request, reply) => {
      const repository = repositoryOf(context, request.params);
      const path = (request.params as { '*'?: string })['*'] ?? '';
      const ref = (request.query as { ref?: string }).ref ?? repository.defaultBranch;
      const commit = repository.resolve(ref);
      if (commit === undefined) throw new Refusal(404, `No commit found for the ref ${ref}`);
      const content = commit.files.get(path);
      if (content === undefined) return folderOf(repository, commit, path, ref, context.api());
      if (/application\/vnd\.github\.(v3\.)?raw/.test(request.headers.accept ?? '')) {
        return reply.type('application/vnd.github.raw+json; charset=utf-8').send(content);
      }
      return contentDocument(repository, path, content, ref, context.api());
    });
  // Of a branch or a commit, and always with all folders below: nothing asks for one folder alone.
  server.get('/repos/:owner/:repo/git/trees/:ref', (request) => {
    const repository = repositoryOf(context, request.params);
    const { ref } = request.params as { ref: string };
    const commit = repository.resolve(ref);
    if (commit === undefined) throw notFound();
    const api = `${context.api()}/repos/${repository.fullName}/git`;
    return {
      sha: commit.sha,
      url: `${api}/trees/${commit.sha}`,
      truncated: false,
      tree: [...commit.files].map(([path, content]) => {
        const sha = blobId(content);
        const size = content.length;
        return { path, mode: '100644', type: 'blob', sha, size, url: `${api}/blobs/${sha}` };
      }),
    };
  });
};

/** What lies directly in a folder, the root for an empty path. Its own folders are left out; nothing asks for them. */
const folderOf = (
  repository: Repository,
  commit: Commit,
  path: string,
  ref: string,
  api: string,
): Record<string, unknown>[] => {
  const prefix = path === '' ? '' : `${path}/`;
  const inside = [...commit.files].filter(([name]) => name.startsWith(prefix));
  if (inside.length === 0) throw notFound();
  return inside
    .filter(([name]) => !name.slice(prefix.length).includes('/'))
    .map(([name, content]) => contentSummary(repository, name, content, ref, api));
};
