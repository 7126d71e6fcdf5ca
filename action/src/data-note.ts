import type { GitHubApi } from './github-api.js';
import { gitBlobId, lfsDigest } from './workspace.js';

/**
 * Says so when a proposal changes the data that it is judged by: such a change can turn any verdict, and in a
 * binary table nobody sees it. Null when the data is that of the base.
 */
export const evaluationDataNote = async (
  github: GitHubApi,
  data: { path: string; localPath: string; digest: string; baseRef: string },
): Promise<string | null> => {
  const base = await github.blob(data.path, data.baseRef);
  if (base === null) {
    return `${data.path}, the data that the model is judged by, is new in this proposal. Review where it comes from.`;
  }
  const pointer = base.content === null ? null : lfsDigest(base.content);
  const same =
    pointer === null ? base.sha === (await gitBlobId(data.localPath)) : pointer === data.digest;
  return same
    ? null
    : `This proposal changes ${data.path}, the data that the model is judged by. Its figures can't be compared with earlier ones; review where the new data comes from.`;
};
