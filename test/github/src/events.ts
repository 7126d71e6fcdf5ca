import { accountDocument } from './documents/account.js';
import { pullRequestDocument } from './documents/pull-request.js';
import { repositoryDocument } from './documents/repository.js';
import type { Repository } from './state.js';

type Payload = Record<string, unknown>;

/** The payload of a `pull_request` event. */
export const pullRequestEvent = (
  repository: Repository,
  number: number,
  action: string,
  api: string,
): Payload => {
  const pull = repository.pullRequests.get(number);
  if (pull === undefined) throw new Error(`${repository.fullName} has no #${number}`);
  return {
    action,
    number,
    pull_request: pullRequestDocument(repository, pull, api),
    repository: repositoryDocument(repository, api),
    sender: accountDocument({ login: pull.author, type: 'User' }, api),
  };
};

/** The payload of a `push` event to a branch as it stands. */
export const pushEvent = (
  repository: Repository,
  { branch, by }: { branch: string; by: string },
  api: string,
): Payload => {
  const commit = repository.resolve(branch);
  if (commit === undefined) throw new Error(`there is no branch ${branch}`);
  return {
    ref: `refs/heads/${branch}`,
    after: commit.sha,
    head_commit: { id: commit.sha, message: commit.message },
    pusher: { name: by },
    repository: repositoryDocument(repository, api),
    sender: accountDocument({ login: by, type: 'User' }, api),
  };
};
