import { getOctokit } from '@actions/github';
import { SluiceError } from '@sluice/contracts';
import { withGithubRetries } from './github-retry.js';

export interface PullRequest {
  number: number;
  headSha: string;
  baseRef: string;
  headRef: string;
  author: string;
}
export interface PullRequestComment {
  id: number;
  author: string | null;
  body: string;
}

/** A file as Git has it: its object id, and its content if it is small. */
export interface GitBlob {
  sha: string;
  content: Buffer | null;
}

/** Of GitHub's API what the action needs, in its own words. */
export class GitHubApi {
  readonly #octokit: ReturnType<typeof getOctokit>;
  readonly #repository: { owner: string; repo: string };

  constructor(token: string, repository: { owner: string; repo: string }) {
    if (token === '') {
      throw new SluiceError('invalid_request', 'The input github-token is empty.');
    }
    this.#repository = repository;
    this.#octokit = getOctokit(token);
    this.#octokit.hook.wrap('request', (request, options) =>
      withGithubRetries(options.method, async () => request(options)),
    );
  }

  /** The text of a file at a branch or commit; null only if it certainly isn't there. */
  async readText(path: string, ref: string): Promise<string | null> {
    try {
      const { data } = await this.#octokit.rest.repos.getContent({
        ...this.#repository,
        path,
        ref,
        mediaType: { format: 'raw' },
      });
      if (typeof data === 'string') return data;
      throw new SluiceError('invalid_policy', `${path} is a folder on ${ref}.`);
    } catch (error) {
      if (statusOf(error) !== 404)
        throw explained(error, `read ${path} of ${ref}`, 'contents: read');
      await this.#assertReadable(ref);
      return null;
    }
  }

  /** A file at a branch or commit; null if it isn't there. */
  async blob(path: string, ref: string): Promise<GitBlob | null> {
    try {
      const { data } = await this.#octokit.rest.repos.getContent({
        ...this.#repository,
        path,
        ref,
        mediaType: { format: 'object' },
      });
      if (Array.isArray(data) || !('sha' in data)) return null;
      const inline = 'content' in data && data.encoding === 'base64';
      return { sha: data.sha, content: inline ? Buffer.from(data.content, 'base64') : null };
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw explained(error, `read ${path} of ${ref}`, 'contents: read');
    }
  }

  /** The object ids of all files of a branch or commit, by path; null where they are too many for one answer. */
  async tree(ref: string): Promise<ReadonlyMap<string, string> | null> {
    try {
      const { data } = await this.#octokit.rest.git.getTree({
        ...this.#repository,
        tree_sha: ref,
        recursive: '1',
      });
      if (data.truncated) return null;
      const files = data.tree.filter(({ type }) => type === 'blob');
      return new Map(files.map(({ path, sha }) => [path ?? '', sha ?? '']));
    } catch (error) {
      throw explained(error, `list the files of ${ref}`, 'contents: read');
    }
  }

  async pullRequest(number: number): Promise<PullRequest> {
    try {
      const { data } = await this.#octokit.rest.pulls.get({
        ...this.#repository,
        pull_number: number,
      });
      return {
        number,
        headSha: data.head.sha,
        headRef: data.head.ref,
        baseRef: data.base.ref,
        author: data.user.login,
      };
    } catch (error) {
      throw explained(error, `read pull request ${number}`, 'pull-requests: read');
    }
  }

  /** The pull request that brought a commit into its branch; null if none did. */
  async pullRequestOf(sha: string): Promise<PullRequest | null> {
    try {
      const { data } = await this.#octokit.rest.repos.listPullRequestsAssociatedWithCommit({
        ...this.#repository,
        commit_sha: sha,
      });
      const merged = data.filter((pull) => pull.merged_at != null);
      const pull = merged.find((candidate) => candidate.merge_commit_sha === sha) ?? merged[0];
      if (pull === undefined) return null;
      return {
        number: pull.number,
        headSha: pull.head.sha,
        headRef: pull.head.ref,
        baseRef: pull.base.ref,
        author: pull.user?.login ?? 'ghost',
      };
    } catch (error) {
      throw explained(error, `find the pull request of ${sha}`, 'pull-requests: read');
    }
  }

  async comments(number: number): Promise<PullRequestComment[]> {
    const all = await this.#octokit.paginate(this.#octokit.rest.issues.listComments, {
      ...this.#repository,
      issue_number: number,
      per_page: 100,
    });
    return all.map(({ id, user, body }) => ({ id, author: user?.login ?? null, body: body ?? '' }));
  }

  async createComment(number: number, body: string): Promise<void> {
    await this.#octokit.rest.issues.createComment({
      ...this.#repository,
      issue_number: number,
      body,
    });
  }

  async updateComment(id: number, body: string): Promise<void> {
    await this.#octokit.rest.issues.updateComment({ ...this.#repository, comment_id: id, body });
  }

  /** The login that the token's comments appear under; REST doesn't tell it to a workflow's own token. */
  async viewer(): Promise<string> {
    const { viewer } = await this.#octokit.graphql<{ viewer: { login: string } }>(
      '{ viewer { login } }',
    );
    return viewer.login;
  }

  /** A token that may not read contents gets 404 too, which must not pass for "there is no policy". */
  async #assertReadable(ref: string): Promise<void> {
    try {
      await this.#octokit.rest.repos.getContent({ ...this.#repository, path: '', ref });
    } catch (error) {
      throw explained(error, `read ${ref}`, 'contents: read');
    }
  }
}

export const statusOf = (error: unknown): number | undefined =>
  (error as { status?: number } | null)?.status;

const explained = (error: unknown, what: string, permission: string): unknown => {
  if (error instanceof SluiceError) return error;
  const status = statusOf(error);
  const said = error instanceof Error ? error.message : String(error);
  const hint =
    status === 401 || status === 403 || status === 404
      ? ` Does the job have the permission ${permission}?`
      : '';
  const code = status === 401 || status === 403 || status === 404 ? 'forbidden' : 'unavailable';
  return new SluiceError(code, `GitHub did not let Sluice ${what}: ${said}.${hint}`, {
    cause: error,
  });
};
