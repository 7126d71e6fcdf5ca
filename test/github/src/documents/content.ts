import { blobId, type Repository } from '../state.js';

/** Above this, GitHub leaves the content out and wants to be asked for the raw file. */
const longestInline = 1024 * 1024;

/** A file as GitHub lists it in a `content-directory`. */
export const contentSummary = (
  repository: Repository,
  path: string,
  content: Buffer,
  ref: string,
  api: string,
): Record<string, unknown> => {
  const sha = blobId(content);
  const url = `${api}/repos/${repository.fullName}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${api}/repos/${repository.fullName}/git/blobs/${sha}`;
  const web = `https://github.com/${repository.fullName}/blob/${ref}/${path}`;
  return {
    type: 'file',
    name: path.split('/').at(-1) ?? path,
    path,
    sha,
    size: content.length,
    url,
    git_url: git,
    html_url: web,
    download_url: `https://raw.githubusercontent.com/${repository.fullName}/${ref}/${path}`,
    _links: { self: url, git, html: web },
  };
};

/** GitHub's `content-file`. */
export const contentDocument = (
  repository: Repository,
  path: string,
  content: Buffer,
  ref: string,
  api: string,
): Record<string, unknown> => {
  const inline = content.length <= longestInline;
  return {
    ...contentSummary(repository, path, content, ref, api),
    encoding: inline ? 'base64' : 'none',
    // GitHub breaks its lines, as MIME does.
    content: inline ? content.toString('base64').replace(/(.{60})/g, '$1\n') : '',
  };
};
