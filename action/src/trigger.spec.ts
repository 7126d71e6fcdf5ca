import { describe, expect, it } from '@jest/globals';
import type { EventPayload, RunContext } from './run-context.js';
import { gateTrigger, promoteTrigger } from './trigger.js';

const context = (change: Partial<RunContext>): RunContext => ({
  event: 'push',
  payload: { repository: { default_branch: 'main' }, pusher: { name: 'olga' } },
  owner: 'acme',
  repo: 'credit',
  sha: 'aa',
  ref: 'refs/heads/main',
  runId: '1',
  runAttempt: 1,
  workspace: '/',
  ...change,
});
const pull = (headRepo: string | null): EventPayload => ({
  pull_request: {
    number: 3,
    user: { login: 'maria' },
    head: { sha: 'bb', ref: 'better', repo: headRepo === null ? null : { full_name: headRepo } },
    base: { ref: 'release', repo: { full_name: 'acme/credit' } },
  },
});

describe('gateTrigger', () => {
  it('is about the head of a pull request, and not the merge commit that is checked out', () => {
    const payload = pull('acme/credit');
    expect(gateTrigger(context({ event: 'pull_request', payload }))).toEqual({
      headSha: 'bb',
      headRef: 'better',
      baseRef: 'release',
      author: 'maria',
      pullRequest: 3,
      fromFork: false,
    });
  });

  it.each(['maria/credit', null])('takes the head repository %p for a fork', (repository) => {
    const payload = pull(repository);
    expect(gateTrigger(context({ event: 'pull_request', payload })).fromFork).toBe(true);
  });

  it('takes the policy from the default branch where there is no pull request', () => {
    const dispatched = context({ event: 'workflow_dispatch', ref: 'refs/heads/better' });
    expect(gateTrigger(dispatched)).toMatchObject({ baseRef: 'main', headRef: 'better' });
  });

  it.each(['pull_request_target', 'issue_comment', 'workflow_run'])('refuses %s', (event) => {
    expect(() => gateTrigger(context({ event, payload: pull('acme/credit') }))).toThrow(event);
  });
});

describe('promoteTrigger', () => {
  it('is about the default branch', () => {
    expect(promoteTrigger(context({}))).toEqual({ sha: 'aa', ref: 'main', by: 'olga' });
  });

  it.each([
    { ref: 'refs/heads/better' },
    { ref: 'refs/tags/main' },
    { event: 'pull_request' },
    { payload: {} },
  ])('refuses %p', (change) => {
    expect(() => promoteTrigger(context(change))).toThrow();
  });
});
