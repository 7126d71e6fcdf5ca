import type { Comment, Repository } from '../state.js';
import { accountDocument } from './account.js';

/** GitHub's `issue-comment`. */
export const commentDocument = (
  repository: Repository,
  comment: Comment,
  api: string,
): Record<string, unknown> => {
  const issues = `${api}/repos/${repository.fullName}/issues`;
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${issues}/comments/${comment.id}`,
    issue_url: `${issues}/${comment.issue}`,
    html_url: `https://github.com/${repository.fullName}/pull/${comment.issue}#issuecomment-${comment.id}`,
    body: comment.body,
    user: accountDocument(comment.user, api),
    author_association: comment.user.type === 'Bot' ? 'NONE' : 'CONTRIBUTOR',
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    performed_via_github_app: null,
  };
};
