import type { PullRequest, Repository } from '../state.js';
import { accountDocument } from './account.js';
import { repositoryDocument } from './repository.js';

const user = (login: string, api: string) => accountDocument({ login, type: 'User' }, api);

/** GitHub's `pull-request-simple`, as in lists. */
export const pullRequestSummary = (
  repository: Repository,
  pull: PullRequest,
  api: string,
): Record<string, unknown> => {
  const url = `${api}/repos/${repository.fullName}/pulls/${pull.number}`;
  const issue = `${api}/repos/${repository.fullName}/issues/${pull.number}`;
  const web = `https://github.com/${repository.fullName}/pull/${pull.number}`;
  const head = repository.headOf(pull);
  const statuses = `${api}/repos/${repository.fullName}/statuses/${head}`;
  const side = (fullName: string, ref: string, sha: string) => {
    const owner = fullName.split('/')[0] ?? '';
    return {
      label: `${owner}:${ref}`,
      ref,
      sha,
      user: user(owner, api),
      repo: repositoryDocument(repository, api, fullName),
    };
  };
  const urls = {
    html: web,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${url}/comments{/number}`,
    commits: `${url}/commits`,
    statuses,
  };
  return {
    id: pull.id,
    node_id: `PR_${pull.id}`,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: user(pull.author, api),
    body: null,
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    author_association: 'CONTRIBUTOR',
    auto_merge: null,
    draft: false,
    merge_commit_sha: pull.mergeCommit,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.state === 'closed' ? pull.updatedAt : null,
    merged_at: pull.mergeCommit === null ? null : pull.updatedAt,
    head: side(pull.head.repository, pull.head.branch, head),
    base: side(repository.fullName, pull.base.branch, repository.baseOf(pull)),
    url,
    diff_url: `${web}.diff`,
    patch_url: `${web}.patch`,
    ...Object.fromEntries(Object.entries(urls).map(([name, link]) => [`${name}_url`, link])),
    _links: Object.fromEntries(
      Object.entries({ self: url, ...urls }).map(([name, href]) => [name, { href }]),
    ),
  };
};

/** GitHub's `pull-request`, as when asked for by its number. */
export const pullRequestDocument = (
  repository: Repository,
  pull: PullRequest,
  api: string,
): Record<string, unknown> => ({
  ...pullRequestSummary(repository, pull, api),
  merged: pull.mergeCommit !== null,
  merged_by: pull.mergedBy === null ? null : user(pull.mergedBy, api),
  mergeable: pull.state === 'open' ? true : null,
  rebaseable: null,
  mergeable_state: pull.state === 'open' ? 'clean' : 'unknown',
  maintainer_can_modify: false,
  comments: [...repository.comments.values()].filter(({ issue }) => issue === pull.number).length,
  review_comments: 0,
  commits: 1,
  additions: 1,
  deletions: 1,
  changed_files: 1,
});
