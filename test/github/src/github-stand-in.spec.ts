import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getOctokit } from '@actions/github';
import { deviations } from './description.fixture.js';
import { GitHubStandIn } from './github-stand-in.js';
import type { TokenHolder } from './state.js';

const repository = { owner: 'acme', repo: 'credit' };
const name = 'acme/credit';
let github: GitHubStandIn;
let wrong: string[];

/** The real client, whose every answer is held against GitHub's own description. */
const client = (holder: Partial<TokenHolder> = {}, token = github.issueToken(holder)) => {
  const octokit = getOctokit(token, { baseUrl: github.url });
  octokit.hook.wrap('request', async (request, options) => {
    const path = () => new URL(octokit.request.endpoint(options).url).pathname;
    try {
      const response = await request(options);
      const raw = typeof response.data === 'string';
      if (!raw) wrong.push(...deviations(options.method, path(), response.status, response.data));
      return response;
    } catch (error) {
      const { status, response } = error as { status: number; response: { data: unknown } };
      wrong.push(...deviations(options.method, path(), status, response.data));
      throw error;
    }
  });
  return octokit.rest;
};

it('is held against a description that bites', () => {
  const path = '/repos/acme/credit/issues/1/comments';
  expect(deviations('GET', path, 200, [{ id: 'one' }]).join()).toContain('id must be integer');
  expect(deviations('GET', path, 204, null)).toEqual(['issues/list-comments never answers 204']);
  expect(deviations('GET', '/no/such/route', 200, {})).toHaveLength(1);
});

beforeEach(async () => {
  wrong = [];
  github = new GitHubStandIn();
  await github.start();
  github.addRepository(name);
  github.commitFiles(name, { branch: 'main', files: { 'sluice.yaml': 'version: 1\n' } });
  github.commitFiles(name, { branch: 'better', files: { 'model.onnx': 'bytes' }, author: 'maria' });
  github.openPullRequest(name, { author: 'maria', head: 'better' });
});
afterEach(async () => {
  await github.stop();
  expect(wrong).toEqual([]);
});

describe('pull requests', () => {
  const read = async () => (await client().pulls.get({ ...repository, pull_number: 1 })).data;

  it('has a head that moves with its branch', async () => {
    const before = await read();
    expect(before).toMatchObject({ state: 'open', merged: false, user: { login: 'maria' } });
    const pushed = github.commitFiles(name, { branch: 'better', files: { 'model.onnx': 'more' } });
    const after = await read();
    expect(after.head.sha).toBe(pushed);
    expect(after.head.sha).not.toBe(before.head.sha);
    expect(after.base.sha).toBe(before.base.sha);
  });

  it('keeps its head after a merge, and is found by the merge commit', async () => {
    const head = (await read()).head.sha;
    const merged = github.mergePullRequest(name, 1, { by: 'olga' });
    expect(await read()).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merged,
      merged_by: { login: 'olga' },
      head: { sha: head },
    });
    const { data } = await client().repos.listPullRequestsAssociatedWithCommit({
      ...repository,
      commit_sha: merged,
    });
    expect(data.map(({ number }) => number)).toEqual([1]);
  });

  it('may come from a fork', async () => {
    github.commitFiles(name, { branch: 'main', fork: 'mallory/credit', files: { a: 'b' } });
    const number = github.openPullRequest(name, {
      author: 'mallory',
      head: 'main',
      fork: 'mallory/credit',
    });
    const { data } = await client().pulls.get({ ...repository, pull_number: number });
    expect(data.head).toMatchObject({ label: 'mallory:main', repo: { fork: true } });
    expect(data.base.repo.full_name).toBe(name);
  });

  it('may be closed without a merge', async () => {
    github.closePullRequest(name, 1);
    expect(await read()).toMatchObject({ state: 'closed', merged: false });
    expect(() => github.mergePullRequest(name, 1)).toThrow('no open #1');
  });

  it('is unknown in other repositories', async () => {
    await expect(
      client().pulls.get({ owner: 'acme', repo: 'other', pull_number: 1 }),
    ).rejects.toMatchObject({ status: 404 });
  });
});

describe('comments', () => {
  const on = { ...repository, issue_number: 1 };

  it('are written under the name of the token, and changed in place', async () => {
    const rest = client();
    const { data } = await rest.issues.createComment({ ...on, body: 'one' });
    expect(data.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' });
    await rest.issues.updateComment({ ...repository, comment_id: data.id, body: 'two' });
    expect(github.comments(name, 1).map(({ body }) => body)).toEqual(['two']);
  });

  it('are listed by page', async () => {
    for (let count = 1; count <= 7; count += 1) {
      github.addComment(name, 1, { login: 'eve', type: 'User' }, `comment ${count}`);
    }
    const first = await client().issues.listComments({ ...on, per_page: 3 });
    expect(first.data).toHaveLength(3);
    expect(first.headers.link).toContain('rel="next"');

    const octokit = getOctokit(github.issueToken(), { baseUrl: github.url });
    const all = await octokit.paginate(octokit.rest.issues.listComments, { ...on, per_page: 3 });
    expect(all.map(({ body }) => body)).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((count) => `comment ${count}`),
    );
  });

  it('have a longest length', async () => {
    const rest = client();
    await rest.issues.createComment({ ...on, body: 'x'.repeat(65_536) });
    await expect(
      rest.issues.createComment({ ...on, body: 'x'.repeat(65_537) }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it('are not written with a token that only reads', async () => {
    const rest = client({ permission: 'read' });
    await expect(rest.issues.createComment({ ...on, body: 'one' })).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('Resource not accessible by integration') as unknown,
    });
    expect((await rest.issues.listComments(on)).data).toEqual([]);
  });
});

describe('contents', () => {
  const file = { ...repository, path: 'sluice.yaml' };

  it('are those of a branch or a commit', async () => {
    const old = github.headOf(name, 1);
    github.commitFiles(name, { branch: 'better', files: { 'sluice.yaml': 'version: 2\n' } });
    const at = async (ref: string) => {
      const { data } = await client().repos.getContent({ ...file, ref });
      return Buffer.from((data as { content: string }).content, 'base64').toString();
    };
    expect(await at('better')).toBe('version: 2\n');
    expect(await at('main')).toBe('version: 1\n');
    expect(await at(old)).toBe('version: 1\n');
  });

  it('come raw when asked for', async () => {
    const { data } = await client().repos.getContent({ ...file, mediaType: { format: 'raw' } });
    expect(String(data)).toBe('version: 1\n');
  });

  it('list a folder', async () => {
    github.commitFiles(name, { branch: 'main', files: { 'data/a.csv': 'x' } });
    const list = async (path: string) => {
      const { data } = await client().repos.getContent({ ...repository, path });
      return (data as { path: string }[]).map((entry) => entry.path);
    };
    expect(await list('')).toEqual(['sluice.yaml']);
    expect(await list('data')).toEqual(['data/a.csv']);
  });

  it('are nowhere for an unknown path or ref', async () => {
    const rest = client();
    await expect(rest.repos.getContent({ ...file, path: 'absent' })).rejects.toMatchObject({
      status: 404,
    });
    await expect(rest.repos.getContent({ ...file, ref: 'absent' })).rejects.toMatchObject({
      status: 404,
    });
  });
});

describe('refusals', () => {
  const read = (rest = client()) => rest.pulls.get({ ...repository, pull_number: 1 });

  it('meet a bad token everywhere', async () => {
    await expect(read(client({}, 'ghs_unknown'))).rejects.toMatchObject({ status: 401 });
    const other = await fetch(`${github.url}/no/such/route`);
    expect(other.status).toBe(401);
  });

  it('come when told to, as often as told to', async () => {
    github.failOn({ method: 'GET', path: /\/pulls\//, status: 503, times: 1 });
    await expect(read()).rejects.toMatchObject({ status: 503 });
    await expect(read()).resolves.toMatchObject({ status: 200 });
  });

  it('ask to wait when the rate is limited', async () => {
    github.limitRate({ status: 429, retryAfterSeconds: 7 });
    await expect(read()).rejects.toMatchObject({
      status: 429,
      response: { headers: { 'retry-after': '7' } },
    });
    await expect(read()).resolves.toMatchObject({ status: 200 });
  });
});

describe('identity', () => {
  it('is told by GraphQL, as to a workflow', async () => {
    const octokit = getOctokit(github.issueToken(), { baseUrl: github.url });
    await expect(octokit.graphql('{ viewer { login } }')).resolves.toEqual({
      viewer: { login: 'github-actions[bot]' },
    });
  });
});

describe('events', () => {
  it('carry what a workflow reads', () => {
    expect(github.pullRequestEvent(name, 1)).toMatchObject({
      action: 'synchronize',
      number: 1,
      pull_request: { head: { sha: github.headOf(name, 1) }, user: { login: 'maria' } },
      repository: { full_name: name, default_branch: 'main' },
    });
    const sha = github.mergePullRequest(name, 1);
    expect(github.pushEvent(name, { branch: 'main', by: 'olga' })).toMatchObject({
      ref: 'refs/heads/main',
      after: sha,
      pusher: { name: 'olga' },
    });
  });
});
