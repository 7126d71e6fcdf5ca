import { SluiceError } from '@sluice/contracts';
import type { z } from 'zod';
import {
  errorOfAnswer,
  errorOfConnection,
  hasCause,
  isTransientStatus,
  type AttemptFailure,
} from './failure.js';
import { pause } from './pause.js';
import {
  defaultRetry,
  parseRetryAfter,
  retryDelay,
  type RetryNotice,
  type RetryOptions,
} from './retry.js';

export interface TransportOptions {
  /** Where the server is, such as `https://sluice.example.com`; a path prefix is kept. */
  url: string;
  apiKey: string;
  retry?: Partial<RetryOptions>;
  /** Aborts everything that goes through this transport. */
  signal?: AbortSignal;
  userAgent?: string;
  onRetry?: (notice: RetryNotice) => void;
}

/** A body that can be sent again from its start, since an attempt may fail in its middle. */
export interface ReplayableBody {
  size: number;
  open: () => ReadableStream<Uint8Array>;
}

export interface Call {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  path: string;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  json?: unknown;
  body?: ReplayableBody;
  signal?: AbortSignal;
  /** Instead of the transport's own total, such as the rest of a longer wait; no attempt outlives it. */
  totalMs?: number;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** The slowest upload that is waited for; below this, a stalled connection is the likelier reason. */
const slowestUploadBytesPerMs = 100;
/** Even at the end of a wait, an answer gets this long to arrive. */
const shortestAttemptMs = 1_000;

/**
 * HTTP with a key, with retries, and with SluiceErrors for everything that goes wrong.
 * Whatever goes through here must bear being sent twice: a POST carries an Idempotency-Key for that.
 */
export class Transport {
  readonly url: string;
  readonly #retry: RetryOptions;
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.url = validUrl(options.url);
    validKey(options.apiKey);
    this.#options = options;
    this.#retry = { ...defaultRetry, ...options.retry };
  }

  /** Sends a call and reads the answer against the schema it must have. */
  async json<Schema extends z.ZodType>(call: Call, schema: Schema): Promise<z.output<Schema>> {
    const { text } = await this.send(call);
    return parseAnswer(text, schema, `${call.method} ${this.#address(call)}`);
  }

  /** Sends a call and reads the whole answer; an answer that breaks off counts as a failed attempt. */
  async send(call: Call): Promise<Answer> {
    return this.#persist(call, async (response) => ({
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    }));
  }

  /** Sends a call and returns as soon as the answer begins; its body is the caller's to read. */
  async open(call: Call): Promise<Response> {
    return this.#persist(call, async (response) => response);
  }

  async #persist<T>(call: Call, read: (response: Response) => Promise<T>): Promise<T> {
    const began = performance.now();
    const totalMs = call.totalMs ?? this.#retry.totalMs;
    for (let retry = 1; ; retry += 1) {
      const leftMs =
        call.totalMs === undefined ? Infinity : call.totalMs - (performance.now() - began);
      const result = await this.#attempt(call, read, leftMs);
      if ('value' in result) return result.value;
      const delayMs = retryDelay(retry, this.#retry, result.retryAfterMs);
      const spentMs = performance.now() - began;
      if (!result.transient || spentMs + delayMs > totalMs) {
        throw retry === 1 ? result.error : afterRetries(result.error, retry, spentMs);
      }
      this.#options.onRetry?.({
        retry,
        delayMs,
        method: call.method,
        url: this.#address(call),
        reason: result.error.message,
      });
      await pause(delayMs, anySignal(this.#options.signal, call.signal));
    }
  }

  async #attempt<T>(
    call: Call,
    read: (response: Response) => Promise<T>,
    leftMs: number,
  ): Promise<{ value: T } | AttemptFailure> {
    const asked = `${call.method} ${this.#address(call)}`;
    const given = anySignal(this.#options.signal, call.signal);
    given?.throwIfAborted();
    const allowedMs =
      this.#retry.attemptTimeoutMs + (call.body?.size ?? 0) / slowestUploadBytesPerMs;
    const limitMs = Math.min(allowedMs, Math.max(leftMs, shortestAttemptMs));
    const slow = new AbortController();
    const timer = setTimeout(() => slow.abort(), limitMs);
    try {
      const response = await fetch(this.#address(call), {
        ...this.#request(call),
        signal: anySignal(given, slow.signal),
      });
      if (response.ok) return { value: await read(response) };
      const location = response.headers.get('location');
      return {
        error: errorOfAnswer(asked, response.status, await response.text(), location),
        transient: isTransientStatus(response.status),
        retryAfterMs: parseRetryAfter(response.headers.get('retry-after')),
      };
    } catch (error) {
      given?.throwIfAborted();
      return failureOf(asked, error, slow.signal.aborted ? limitMs : null);
    } finally {
      clearTimeout(timer);
    }
  }

  #request(call: Call): RequestInit & { duplex?: 'half' } {
    const headers: Record<string, string> = {
      accept: 'application/json, application/problem+json',
      authorization: `Bearer ${this.#options.apiKey}`,
      'user-agent': this.#options.userAgent ?? 'sluice-client',
      ...call.headers,
    };
    // A redirect is never followed: it could carry the key and the model to somewhere else.
    const request: RequestInit = { method: call.method, redirect: 'manual', headers };
    if (call.json !== undefined) {
      headers['content-type'] = 'application/json';
      return { ...request, body: JSON.stringify(call.json) };
    }
    if (call.body === undefined) return request;
    headers['content-type'] = 'application/octet-stream';
    headers['content-length'] = String(call.body.size);
    if (call.body.size === 0) return { ...request, body: '' };
    return { ...request, body: call.body.open(), duplex: 'half' };
  }

  #address(call: Call): string {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    return `${this.url}${call.path}${query.size > 0 ? `?${query}` : ''}`;
  }
}

const failureOf = (
  asked: string,
  error: unknown,
  timedOutAfterMs: number | null,
): AttemptFailure => {
  if (timedOutAfterMs !== null) {
    const seconds = Math.round(timedOutAfterMs / 100) / 10;
    const message = `${asked} had not been answered after ${seconds} s`;
    return { error: new SluiceError('timed_out', message, { cause: error }), transient: true };
  }
  // Retrying would send the changed file, which is not the one whose digest is in the address.
  if (hasCause(error, 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH')) {
    const message = `${asked}: the file changed its length while it was sent`;
    return {
      error: new SluiceError('upload_incomplete', message, { cause: error }),
      transient: false,
    };
  }
  return { error: errorOfConnection(asked, error), transient: true };
};

const afterRetries = (error: SluiceError, attempts: number, spentMs: number): SluiceError =>
  new SluiceError(
    error.code,
    `${error.message} (${attempts} attempts in ${Math.round(spentMs / 1000)} s)`,
    { faults: error.faults, cause: error },
  );

const parseAnswer = <Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  asked: string,
): z.output<Schema> => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new SluiceError('internal', `${asked} did not answer with JSON.`, { cause });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ message, path }) => ({
    message,
    path: path.join('.'),
  }));
  const first = faults[0];
  throw new SluiceError(
    'internal',
    `${asked} answered with something unexpected${first === undefined ? '' : ` at ${first.path || 'the top'}: ${first.message}`}. Are client and server of one version?`,
    { faults, cause: parsed.error },
  );
};

export const anySignal = (...signals: (AbortSignal | undefined)[]): AbortSignal | undefined => {
  const given = signals.filter((signal) => signal !== undefined);
  return given.length > 1 ? AbortSignal.any(given) : given[0];
};

const validUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new SluiceError(
      'invalid_request',
      `${JSON.stringify(text)} is no http or https address.`,
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new SluiceError(
      'invalid_request',
      `The address of ${url.host} may hold no user, password, query or fragment.`,
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
};

/** Judged here, since fetch would quote a malformed header, and so the key, in its error. */
const validKey = (key: string): void => {
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new SluiceError(
      'unauthenticated',
      key === '' ? 'The API key is empty.' : 'The API key holds spaces or characters no key has.',
    );
  }
};
