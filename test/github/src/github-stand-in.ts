import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Faults, type Fault } from './faults.js';
import { pullRequestEvent, pushEvent } from './events.js';
import { Refusal } from './refusal.js';
import type { RouteContext } from './routes/route-context.js';
import { buildServer, type AnsweredRequest } from './server.js';
import {
  commitId,
  headBranch,
  Repository,
  type Account,
  type Comment,
  type PullRequest,
  type TokenHolder,
} from './state.js';

export interface NewCommit {
  branch: string;
  /** Added to what the branch holds; null removes a file. */
  files: Record<string, string | Uint8Array | null>;
  /** Who committed. */
  author?: string;
  message?: string;
  /** Of a real Git repository that this one mirrors; made up from the content unless given. */
  sha?: string;
  /** The fork whose branch it is, `owner/name`. */
  fork?: string;
}

export interface NewPullRequest {
  author: string;
  head: string;
  base?: string;
  title?: string;
  /** The repository that the head branch is in, `owner/name`. */
  fork?: string;
}

/** GitHub as far as a workflow run sees it: stateful, on a local port, with GitHub's own limits and refusals. */
export class GitHubStandIn {
  /** Every request that was answered, in order. */
  readonly requests: AnsweredRequest[] = [];
  readonly #repositories = new Map<string, Repository>();
  readonly #tokens = new Map<string, TokenHolder>();
  readonly #faults = new Faults();
  #server: FastifyInstance | undefined;
  #url = '';
  #lastId = 1_000;

  async start(port = 0): Promise<{ url: string }> {
    const context: RouteContext = {
      repositories: this.#repositories,
      api: () => this.url,
      nextId: () => this.#nextId(),
      now,
      holderOf: (request) => this.#holderOf(request),
    };
    this.#server = buildServer(context, this.#faults, (answered) => this.requests.push(answered));
    await this.#server.listen({ port, host: '127.0.0.1' });
    this.#url = `http://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
    return { url: this.#url };
  }

  async stop(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** What a workflow finds in GITHUB_API_URL. */
  get url(): string {
    return this.#url;
  }

  /** A new token: a workflow's own unless said otherwise. */
  issueToken(holder: Partial<TokenHolder> = {}): string {
    const token = `ghs_${randomBytes(18).toString('hex')}`;
    this.#tokens.set(token, {
      login: 'github-actions[bot]',
      type: 'Bot',
      permission: 'write',
      ...holder,
    });
    return token;
  }

  addRepository(fullName: string, { defaultBranch = 'main' } = {}): void {
    this.#repositories.set(fullName, new Repository(this.#nextId(), fullName, defaultBranch));
  }

  /** Commits on top of a branch, which starts off from the default branch if it is new. */
  commitFiles(fullName: string, commit: NewCommit): string {
    const repository = this.#repository(fullName);
    const head = { branch: commit.branch, repository: commit.fork ?? fullName };
    const branch = headBranch({ head }, repository);
    const parent =
      repository.branches.get(branch) ?? repository.branches.get(repository.defaultBranch) ?? '';
    const files = new Map(repository.commits.get(parent)?.files);
    for (const [path, content] of Object.entries(commit.files)) {
      if (content === null) files.delete(path);
      else files.set(path, Buffer.from(content));
    }
    const { author = 'octocat', message = 'Change files' } = commit;
    const sha = commit.sha ?? commitId({ parent, files, about: `${author}\n${message}` });
    repository.commits.set(sha, { sha, files, message, author });
    repository.branches.set(branch, sha);
    return sha;
  }

  openPullRequest(fullName: string, request: NewPullRequest): number {
    const repository = this.#repository(fullName);
    const number = repository.pullRequests.size + 1;
    const created = now();
    const pull: PullRequest = {
      id: this.#nextId(),
      number,
      title: request.title ?? `Change ${request.head}`,
      author: request.author,
      state: 'open',
      base: { branch: request.base ?? repository.defaultBranch },
      head: { branch: request.head, repository: request.fork ?? fullName },
      finalHead: null,
      mergeCommit: null,
      mergedBy: null,
      createdAt: created,
      updatedAt: created,
    };
    // Fails here, and not in some answer later, if a branch is missing.
    repository.headOf(pull);
    repository.baseOf(pull);
    repository.pullRequests.set(number, pull);
    return number;
  }

  /** Merges as "squash and merge" does: the files of the head become a new commit on the base. */
  mergePullRequest(
    fullName: string,
    number: number,
    { by = 'octocat', sha }: { by?: string; sha?: string } = {},
  ): string {
    const repository = this.#repository(fullName);
    const pull = this.#openPullRequest(repository, number);
    const head = repository.headOf(pull);
    const gone = [...(repository.commits.get(repository.baseOf(pull))?.files.keys() ?? [])];
    const files = {
      ...Object.fromEntries(gone.map((path) => [path, null])),
      ...Object.fromEntries(repository.commits.get(head)?.files ?? []),
    };
    const message = `${pull.title} (#${number})`;
    const { branch } = pull.base;
    const merged = this.commitFiles(fullName, { branch, files, message, author: pull.author, sha });
    Object.assign(pull, { mergeCommit: merged, mergedBy: by });
    this.#close(pull, head);
    return merged;
  }

  closePullRequest(fullName: string, number: number): void {
    const repository = this.#repository(fullName);
    const pull = this.#openPullRequest(repository, number);
    this.#close(pull, repository.headOf(pull));
  }

  headOf(fullName: string, number: number): string {
    const repository = this.#repository(fullName);
    const pull = repository.pullRequests.get(number);
    if (pull === undefined) throw new Error(`${fullName} has no #${number}`);
    return repository.headOf(pull);
  }

  /** What a checkout of a commit holds. */
  filesAt(fullName: string, sha: string): ReadonlyMap<string, Buffer> {
    const commit = this.#repository(fullName).commits.get(sha);
    if (commit === undefined) throw new Error(`${fullName} has no commit ${sha}`);
    return commit.files;
  }

  comments(fullName: string, number: number): Comment[] {
    return [...this.#repository(fullName).comments.values()].filter(
      ({ issue }) => issue === number,
    );
  }

  /** A comment by anybody, past all permissions. */
  addComment(fullName: string, number: number, user: Account, body: string): Comment {
    const at = now();
    const comment = { id: this.#nextId(), issue: number, user, body, createdAt: at, updatedAt: at };
    this.#repository(fullName).comments.set(comment.id, comment);
    return comment;
  }

  /** Makes requests fail, such as `{ method: 'POST', path: /comments/, status: 502, times: 1 }`. */
  failOn(fault: Fault): void {
    this.#faults.add(fault);
  }

  /** GitHub's secondary rate limit: what it answers, and how long it asks to wait. */
  limitRate({ path = /./, status = 403, retryAfterSeconds = 1, times = 1 } = {}): void {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes.';
    const headers = { 'retry-after': String(retryAfterSeconds) };
    this.failOn({ path, status, message, headers, times });
  }

  recover(): void {
    this.#faults.clear();
  }

  /** What a workflow on `pull_request` finds in GITHUB_EVENT_PATH. */
  pullRequestEvent(fullName: string, number: number, action = 'synchronize') {
    return pullRequestEvent(this.#repository(fullName), number, action, this.url);
  }

  /** What a workflow on `push` finds in GITHUB_EVENT_PATH. */
  pushEvent(fullName: string, push: { branch: string; by: string }) {
    return pushEvent(this.#repository(fullName), push, this.url);
  }

  #close(pull: PullRequest, head: string): void {
    Object.assign(pull, { state: 'closed', finalHead: head, updatedAt: now() });
  }

  #repository(fullName: string): Repository {
    const repository = this.#repositories.get(fullName);
    if (repository === undefined) throw new Error(`there is no repository ${fullName}`);
    return repository;
  }

  #openPullRequest(repository: Repository, number: number): PullRequest {
    const pull = repository.pullRequests.get(number);
    if (pull?.state !== 'open') throw new Error(`${repository.fullName} has no open #${number}`);
    return pull;
  }

  #holderOf(request: FastifyRequest): TokenHolder {
    const token = /^(?:token|bearer) (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const holder = token === undefined ? undefined : this.#tokens.get(token);
    if (holder === undefined) throw new Refusal(401, 'Bad credentials');
    return holder;
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

/** GitHub's timestamps have no fractions of a second. */
const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
