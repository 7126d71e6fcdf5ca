/** How often and how long a call is tried again when the registry can't be reached or asks to wait. */
export interface RetryOptions {
  /** The most time a call and its retries may take before the last failure is given to the caller. */
  totalMs: number;
  firstDelayMs: number;
  longestDelayMs: number;
  /** How long one attempt may take; an upload gets more, by its size. */
  attemptTimeoutMs: number;
  /** From 0 up to 1, as `Math.random`: spreads the retries of clients that failed at the same moment. */
  random: () => number;
}

export const defaultRetry: RetryOptions = {
  totalMs: 60_000,
  firstDelayMs: 250,
  longestDelayMs: 5_000,
  attemptTimeoutMs: 30_000,
  random: Math.random,
};

/** What is told about a retry before it is waited for. */
export interface RetryNotice {
  /** 1 for the first retry. */
  retry: number;
  delayMs: number;
  method: string;
  url: string;
  reason: string;
}

/**
 * The wait before a retry: doubling, of which half is random. A server's own wish (`Retry-After`) comes first.
 *
 * @param retry 1 for the first
 */
export const retryDelay = (
  retry: number,
  options: RetryOptions,
  retryAfterMs: number | undefined,
): number => {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const full = Math.min(options.longestDelayMs, options.firstDelayMs * 2 ** (retry - 1));
  return full * (0.5 + options.random() / 2);
};

/** `Retry-After` in its two forms, seconds or a date, as milliseconds from now. */
export const parseRetryAfter = (value: string | null, now = Date.now()): number | undefined => {
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
};
