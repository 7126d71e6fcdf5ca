import { setTimeout as sleep } from 'node:timers/promises';
import { SluiceError } from '@sluice/contracts';
import {
  statementAnswerSchema,
  valueOfJson,
  type SqlRow,
  type StatementAnswer,
} from './statement-answer.js';
import type { TrinoAddress, TrinoCredentials } from './trino-address.js';
import { connectionError, refusedError, statementError } from './trino-errors.js';

export interface TrinoClientOptions {
  readonly address: TrinoAddress;
  readonly credentials?: TrinoCredentials;
  /** Milliseconds for which a server that can't be reached is tried again. */
  readonly patience?: number;
}

/** No query of ours gives more rows: a server that sends them without end must not fill the memory. */
const mostRows = 2_000_000;
const firstPause = 50;
const longestPause = 2_000;
/** A call is answered within seconds, done or not; a server that keeps it longer has lost it. */
const callLimit = 60_000;

/**
 * Trino's HTTP protocol: a statement is posted, and its `nextUri` followed until there is none.
 *
 * A load balancer's passing failures (502, 503, 504), a request to wait (429) and a connection that breaks are tried
 * again. Certificates are verified; one of an own authority is trusted through Node's `NODE_EXTRA_CA_CERTS`.
 *
 * Source: Trino documentation, Client REST API.
 */
export class TrinoClient {
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #patience: number;

  constructor({ address, credentials = {}, patience = 120_000 }: TrinoClientOptions) {
    this.#origin = address.origin;
    this.#patience = patience;
    this.#headers = {
      'user-agent': 'sluice',
      'x-trino-user': address.user,
      'x-trino-source': 'sluice',
      'x-trino-catalog': address.catalog,
      'x-trino-schema': address.schema,
      // What a time or a text of one is must not depend on where the server stands.
      'x-trino-time-zone': 'UTC',
      'x-trino-client-info': 'a profile of a table',
      ...authorization(address.user, credentials),
    };
  }

  /**
   * All rows of a query's result.
   *
   * @throws SluiceError `invalid_data` for what Trino refuses in a statement, with its place; `too_large` when it needs
   *   more than the server has; `invalid_request` for credentials; `unavailable` for anything else
   * @throws the signal's reason when it is aborted; the query is then cancelled on the server
   */
  async query(sql: string, signal?: AbortSignal): Promise<SqlRow[]> {
    let answer = await this.#call('POST', `${this.#origin}/v1/statement`, signal, sql);
    const rows: SqlRow[] = [];
    for (;;) {
      if (answer.error !== undefined) throw statementError(answer.error, answer.id);
      addRows(rows, answer);
      if (answer.nextUri === undefined) return rows;
      const next = this.#ownAddress(answer.nextUri);
      try {
        if (rows.length > mostRows)
          throw new SluiceError('too_large', `Trino gives more than ${mostRows} rows.`);
        answer = await this.#call('GET', next, signal);
      } catch (error) {
        await this.#cancel(next);
        throw error;
      }
    }
  }

  /** Where the server says to go on gets our credentials, so it must be the server itself. */
  #ownAddress(nextUri: string): string {
    const url = URL.canParse(nextUri, this.#origin) ? new URL(nextUri, this.#origin) : null;
    if (url?.origin === this.#origin) return url.href;
    throw new SluiceError(
      'unavailable',
      `Trino at ${this.#origin} says to go on at ${url?.origin ?? 'no address'}, where nothing is sent. ` +
        'If it stands behind a proxy, set http-server.process-forwarded there.',
    );
  }

  async #call(
    method: 'GET' | 'POST',
    url: string,
    signal: AbortSignal | undefined,
    body?: string,
  ): Promise<StatementAnswer> {
    const until = performance.now() + this.#patience;
    for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
      signal?.throwIfAborted();
      const outcome = await this.#attempt(method, url, signal, body);
      if ('answer' in outcome) return outcome.answer;
      const wait = outcome.retryAfter ?? pause;
      if (!outcome.transient || performance.now() + wait > until) throw outcome.error;
      // Aborted meanwhile, the loop's first statement throws the signal's own reason.
      await sleep(wait, undefined, signal && { signal }).catch(() => undefined);
    }
  }

  async #attempt(
    method: 'GET' | 'POST',
    url: string,
    signal: AbortSignal | undefined,
    body: string | undefined,
  ): Promise<Outcome> {
    const limit = AbortSignal.timeout(callLimit);
    try {
      const response = await fetch(url, {
        method,
        headers: this.#headers,
        // A redirect could carry the credentials to somewhere else.
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      if (response.ok) return { answer: parsed(text, this.#origin) };
      return {
        error: refusedError(this.#origin, response.status, text),
        transient: [429, 502, 503, 504].includes(response.status),
        retryAfter: secondsOf(response.headers.get('retry-after')),
      };
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof SluiceError) throw cause;
      return { error: connectionError(this.#origin, cause), transient: true };
    }
  }

  /** What nobody waits for any more should not go on costing; a server that doesn't hear this gives up by itself. */
  async #cancel(nextUri: string): Promise<void> {
    const signal = AbortSignal.timeout(5_000);
    const request = {
      method: 'DELETE',
      headers: this.#headers,
      redirect: 'manual',
      signal,
    } as const;
    await fetch(nextUri, request).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
  }
}

type Outcome =
  | { readonly answer: StatementAnswer }
  | {
      readonly error: SluiceError;
      readonly transient: boolean;
      readonly retryAfter?: number | undefined;
    };

const authorization = (
  user: string,
  { password, token }: TrinoCredentials,
): Record<string, string> => {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
};

const addRows = (rows: SqlRow[], { columns = [], data = [] }: StatementAnswer): void => {
  try {
    for (const values of data)
      rows.push(
        Object.fromEntries(
          columns.map((column, index) => [column.name, valueOfJson(values[index], column)]),
        ),
      );
  } catch (cause) {
    throw new SluiceError('unavailable', `Trino answers with ${(cause as Error).message}.`, {
      cause,
    });
  }
};

const parsed = (text: string, origin: string): StatementAnswer => {
  try {
    return statementAnswerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SluiceError('unavailable', `${origin} does not answer as a Trino does.`, { cause });
  }
};

const secondsOf = (retryAfter: string | null): number | undefined =>
  retryAfter !== null && /^\d{1,3}$/.test(retryAfter) ? Number(retryAfter) * 1000 : undefined;
