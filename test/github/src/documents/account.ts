import type { Account } from '../state.js';

const links = [
  'followers',
  'following{/other_user}',
  'gists{/gist_id}',
  'starred{/owner}{/repo}',
  'subscriptions',
  'orgs',
  'repos',
  'events{/privacy}',
  'received_events',
] as const;

const nameOfLink = (link: string): string =>
  link.startsWith('orgs') ? 'organizations_url' : `${link.replace(/\{.*/, '')}_url`;

/** The same login always has the same id. */
const idOf = (login: string): number =>
  [...login].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) % 1_000_000_007, 7);

/** GitHub's `simple-user`. */
export const accountDocument = (account: Account, api: string): Record<string, unknown> => {
  const url = `${api}/users/${encodeURIComponent(account.login)}`;
  const id = idOf(account.login);
  return {
    login: account.login,
    id,
    node_id: Buffer.from(`User${id}`).toString('base64'),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url,
    html_url: `https://github.com/${encodeURIComponent(account.login)}`,
    ...Object.fromEntries(links.map((link) => [nameOfLink(link), `${url}/${link}`])),
    type: account.type,
    site_admin: false,
  };
};
