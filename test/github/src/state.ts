import { createHash } from 'node:crypto';

export interface Account {
  login: string;
  type: 'User' | 'Bot';
}

/** Who a token speaks for, and what it may do: on a pull request from a fork, GitHub gives one that only reads. */
export interface TokenHolder extends Account {
  permission: 'read' | 'write';
}

export interface Commit {
  sha: string;
  files: ReadonlyMap<string, Buffer>;
  message: string;
  author: string;
}

export interface PullRequest {
  id: number;
  number: number;
  title: string;
  author: string;
  state: 'open' | 'closed';
  base: { branch: string };
  /** `repository` is the fork's `owner/name`, or that of the repository itself. */
  head: { branch: string; repository: string };
  /** Where the head branch stood when the pull request was merged or closed. */
  finalHead: string | null;
  mergeCommit: string | null;
  mergedBy: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Comment {
  id: number;
  issue: number;
  user: Account;
  body: string;
  createdAt: string;
  updatedAt: string;
}

/** A repository as far as its API is asked about here: branches, commits, pull requests and their comments. */
export class Repository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  readonly commits = new Map<string, Commit>();
  readonly branches = new Map<string, string>();
  readonly pullRequests = new Map<number, PullRequest>();
  readonly comments = new Map<number, Comment>();

  constructor(id: number, fullName: string, defaultBranch: string) {
    const [owner, name, ...rest] = fullName.split('/');
    if (!owner || !name || rest.length > 0) throw new Error(`${fullName} is not owner/name`);
    this.id = id;
    this.owner = owner;
    this.name = name;
    this.defaultBranch = defaultBranch;
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`;
  }

  /** The commit that a branch, `refs/heads/…` or a commit id names. */
  resolve(ref: string): Commit | undefined {
    const branch = ref.replace(/^refs\/heads\//, '');
    return this.commits.get(this.branches.get(branch) ?? ref);
  }

  headOf(pull: PullRequest): string {
    const sha = pull.finalHead ?? this.branches.get(headBranch(pull, this));
    if (sha === undefined) throw new Error(`#${pull.number} has no head branch`);
    return sha;
  }

  baseOf(pull: PullRequest): string {
    const sha = this.branches.get(pull.base.branch);
    if (sha === undefined) throw new Error(`there is no branch ${pull.base.branch}`);
    return sha;
  }
}

/** A fork's branches are kept beside the repository's own, under a name that none of these can have. */
export const headBranch = (pull: Pick<PullRequest, 'head'>, repository: Repository): string =>
  pull.head.repository === repository.fullName
    ? pull.head.branch
    : `${pull.head.repository}:${pull.head.branch}`;

/** A commit id that depends on what was committed, as Git's does. */
export const commitId = (parts: {
  parent: string;
  files: ReadonlyMap<string, Buffer>;
  about: string;
}) => {
  const hash = createHash('sha1').update(`${parts.parent}\n${parts.about}\n`);
  for (const [path, content] of [...parts.files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
};

export const blobId = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
