import { setTimeout as delay } from 'node:timers/promises';

interface Failure {
  status?: number;
  response?: { headers?: Record<string, string | number | undefined> };
}

const mostAttempts = 4;
const longestWaitMs = 60_000;

/**
 * How long to wait before a failed request to GitHub is sent again; null when it should not be.
 * A refusal for the rate of requests was not carried out, so that even a write can be repeated after it.
 *
 * @param attempt 1 for the first
 */
export const githubRetryDelay = (
  method: string,
  failure: Failure,
  attempt: number,
  now = Date.now(),
): number | null => {
  if (attempt >= mostAttempts) return null;
  const headers = failure.response?.headers ?? {};
  const { status } = failure;
  if (status === 429 || status === 403) {
    const wait = limitedForMs(headers, now);
    // Without one of these headers, 403 means a lack of permission.
    if (wait === null) return status === 429 ? longestWaitMs : null;
    return wait <= longestWaitMs ? wait : null;
  }
  // Octokit reports a connection that broke as 500. A comment may have been created before either.
  const repeatable = method !== 'POST';
  return repeatable && (status === undefined || status >= 500) ? 500 * 2 ** (attempt - 1) : null;
};

const limitedForMs = (
  headers: Record<string, string | number | undefined>,
  now: number,
): number | null => {
  if (headers['retry-after'] !== undefined) return Number(headers['retry-after']) * 1000;
  if (String(headers['x-ratelimit-remaining']) !== '0') return null;
  return Math.max(0, Number(headers['x-ratelimit-reset']) * 1000 - now);
};

/** Sends a request again for as long as that is safe and may help. */
export const withGithubRetries = async <T>(method: string, send: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (error) {
      const wait = githubRetryDelay(method, error as Failure, attempt);
      if (wait === null) throw error;
      await delay(wait);
    }
  }
};
