import { describe, expect, it } from '@jest/globals';
import { commentHeader, decideComment } from './sticky-comment.js';

const login = 'github-actions[bot]';
const stamp = { headSha: 'ab12', runId: '100', runAttempt: 2 };
const ours = { login, policyPath: 'sluice.yaml', stamp };
const comment = (change: { author?: string | null; body?: string } = {}) => ({
  id: 7,
  author: login,
  body: commentHeader('credit-risk', 'sluice.yaml', { ...stamp, headSha: 'cd34' }),
  ...change,
});

describe('decideComment', () => {
  it.each([
    ['there is none', []],
    ['the marked one is by another', [comment({ author: 'mallory' })]],
    ['the marked one is by nobody any more', [comment({ author: null })]],
    ['it is about another policy', [comment({ body: '<!-- sluice:gate:m:other.yaml -->' })]],
    ['the marker is only quoted', [comment({ body: `> hi\n${comment().body}` })]],
  ])('creates a comment when %s', (_when, comments) => {
    expect(decideComment(comments, ours)).toEqual({ action: 'create' });
  });

  it('updates its own, even if the model was renamed', () => {
    const body = commentHeader('old-name', 'sluice.yaml', stamp);
    expect(decideComment([comment({ body })], ours)).toEqual({ action: 'update', id: 7 });
  });

  it.each([
    ['a later run', { runId: '101', runAttempt: 1 }, 'leave'],
    ['a later attempt', { runId: '100', runAttempt: 3 }, 'leave'],
    ['a longer run number', { runId: '1000', runAttempt: 1 }, 'leave'],
    ['the same attempt', { runId: '100', runAttempt: 2 }, 'update'],
    ['an earlier run', { runId: '99', runAttempt: 9 }, 'update'],
  ])('about the same commit, found one of %s', (_which, run, action) => {
    const body = commentHeader('credit-risk', 'sluice.yaml', { ...stamp, ...run });
    expect(decideComment([comment({ body })], ours).action).toBe(action);
  });
});
