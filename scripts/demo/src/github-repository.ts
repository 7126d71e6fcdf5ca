import { GitHubStandIn, type Comment } from '@sluice/github-stand-in';
import { filesWith } from './workspace.js';

export const repositoryName = 'acme/credit-risk';

/** What GitHub would hand to a workflow run. */
export interface WorkflowEvent {
  name: 'pull_request' | 'push';
  payload: Record<string, unknown>;
  sha: string;
  ref: string;
  headRef?: string;
  baseRef?: string;
  actor: string;
}

/**
 * The repository of the story, on a stand-in for GitHub. Commit ids come from the content, so a second start meets
 * the same commits, and the registry knows their versions again.
 */
export class GitHubRepository {
  readonly #github: GitHubStandIn;
  /** As a workflow gets it: it may comment and read. */
  readonly token: string;

  private constructor(github: GitHubStandIn) {
    this.#github = github;
    this.token = github.issueToken();
  }

  /** @param firstCommit who brought in the first model */
  static async start(firstCommit: { author: string; message: string }): Promise<GitHubRepository> {
    const github = new GitHubStandIn();
    await github.start();
    github.addRepository(repositoryName);
    const files = filesWith('model.onnx');
    github.commitFiles(repositoryName, { branch: 'main', files, ...firstCommit });
    return new GitHubRepository(github);
  }

  get url(): string {
    return this.#github.url;
  }

  /** Opens a pull request that replaces the model with another, and nothing else. */
  propose(proposal: { author: string; branch: string; title: string; model: string }): number {
    const { author, branch, title, model } = proposal;
    const { 'model.onnx': bytes = null } = filesWith(model);
    const files = { 'model.onnx': bytes };
    this.#github.commitFiles(repositoryName, { branch, files, author, message: title });
    return this.#github.openPullRequest(repositoryName, { author, head: branch, title });
  }

  /** Squashes a pull request into main and returns the new commit. */
  merge(number: number, by: string): string {
    return this.#github.mergePullRequest(repositoryName, number, { by });
  }

  comments(number: number): Comment[] {
    return this.#github.comments(repositoryName, number);
  }

  proposed(number: number, { author, branch }: { author: string; branch: string }): WorkflowEvent {
    return {
      name: 'pull_request',
      payload: this.#github.pullRequestEvent(repositoryName, number, 'opened'),
      sha: this.#github.headOf(repositoryName, number),
      ref: `refs/pull/${number}/merge`,
      headRef: branch,
      baseRef: 'main',
      actor: author,
    };
  }

  pushed(by: string): WorkflowEvent {
    const payload = this.#github.pushEvent(repositoryName, { branch: 'main', by });
    return {
      name: 'push',
      payload,
      sha: String(payload['after']),
      ref: 'refs/heads/main',
      actor: by,
    };
  }

  stop(): Promise<void> {
    return this.#github.stop();
  }
}
