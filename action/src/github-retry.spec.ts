import { describe, expect, it } from '@jest/globals';
import { githubRetryDelay, withGithubRetries } from './github-retry.js';

const now = 1_000_000;
const failed = (status: number, headers: Record<string, string> = {}) => ({
  status,
  response: { headers },
});

describe('githubRetryDelay', () => {
  it.each([
    ['GET', failed(403, { 'retry-after': '7' }), 7_000],
    ['POST', failed(429, { 'retry-after': '7' }), 7_000],
    ['GET', failed(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1010' }), 10_000],
    ['GET', failed(429), 60_000],
    ['GET', failed(403, { 'retry-after': '3600' }), null],
    ['POST', failed(403, { 'x-ratelimit-remaining': '12' }), null],
    ['GET', failed(404), null],
    ['GET', failed(502), 500],
    ['PATCH', {}, 500],
    // The comment may be there already, and a second one would be one too many.
    ['POST', failed(502), null],
  ])('%s after %j: %p', (method, failure, expected) => {
    expect(githubRetryDelay(method, failure, 1, now)).toBe(expected);
  });

  it('ends', () => {
    expect(githubRetryDelay('GET', failed(502), 4, now)).toBeNull();
  });
});

describe('withGithubRetries', () => {
  it('gives the answer that came at last, or the last failure', async () => {
    let calls = 0;
    const send = async () => {
      calls += 1;
      if (calls === 1) throw failed(403, { 'retry-after': '0.01' });
      return 'answer';
    };
    await expect(withGithubRetries('POST', send)).resolves.toBe('answer');
    const refused = failed(422);
    await expect(
      withGithubRetries('POST', () => Promise.reject(refused as unknown as Error)),
    ).rejects.toBe(refused);
  });
});
