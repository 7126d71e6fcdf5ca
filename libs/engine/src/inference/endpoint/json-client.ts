import { SluiceError, type Fault } from '@sluice/contracts';
import { faultError } from '../../fault-collector.js';

/** What a client puts up with. */
export interface ClientLimits {
  /** For one attempt, from the request to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Doubled after each attempt. */
  readonly pauseMs: number;
  readonly mostBytes: number;
}

const usualLimits: ClientLimits = {
  timeoutMs: 30_000,
  attempts: 4,
  pauseMs: 250,
  mostBytes: 64 * 1024 ** 2,
};

/** Which attempt failed in a way that another may not. */
class Passing extends Error {}

/**
 * JSON requests to one endpoint that a person named. Inference has no effects, so what fails for reasons that pass (no
 * connection, no answer in time, a status of 5xx) is asked again; anything else is an answer. Redirects are refused:
 * they would lead rows and the token elsewhere.
 */
export class JsonClient {
  private readonly limits: ClientLimits;

  /** @param name what faults call the endpoint */
  constructor(
    readonly name: string,
    private readonly token: string | undefined,
    private readonly signal: AbortSignal | undefined,
    limits: Partial<ClientLimits> = {},
  ) {
    this.limits = { ...usualLimits, ...limits };
  }

  get(url: string): Promise<unknown> {
    return this.ask(url, undefined);
  }

  post(url: string, body: string): Promise<unknown> {
    return this.ask(url, body);
  }

  /** What is wrong with an answer, as an error. */
  fault(about: Omit<Fault, 'file'>, cause?: unknown): SluiceError {
    return faultError('invalid_artifact', [{ file: this.name, ...about }], cause);
  }

  private async ask(url: string, body: string | undefined): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(url, body);
      } catch (error) {
        this.signal?.throwIfAborted();
        if (!(error instanceof Passing)) throw error;
        if (attempt >= this.limits.attempts) throw this.unavailable(error, attempt);
        await pause(this.limits.pauseMs * 2 ** (attempt - 1), this.signal);
      }
    }
  }

  private async attempt(url: string, body: string | undefined): Promise<unknown> {
    const timeout = AbortSignal.timeout(this.limits.timeoutMs);
    const signal = this.signal === undefined ? timeout : AbortSignal.any([timeout, this.signal]);
    const answer = await passing(timeout, () =>
      fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal,
      }),
    );
    const text = await this.read(answer, timeout);
    if (answer.status >= 500) throw new Passing(`it answers with ${answer.status}${said(text)}`);
    if (!answer.ok) throw this.refusal(answer.status, text);
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw this.fault(
        { message: 'the endpoint does not answer in JSON', found: shortened(text) },
        cause,
      );
    }
  }

  private async read(answer: Response, timeout: AbortSignal): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    await passing(timeout, async () => {
      for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
        size += chunk.byteLength;
        if (size > this.limits.mostBytes) return;
        chunks.push(chunk);
      }
    });
    if (size > this.limits.mostBytes)
      throw this.fault({
        message: 'the answer of the endpoint is too long',
        expected: `at most ${this.limits.mostBytes} bytes`,
      });
    return Buffer.concat(chunks).toString('utf8');
  }

  private refusal(status: number, text: string): SluiceError {
    const redirected = status >= 300 && status < 400;
    const hints: Readonly<Record<number, string>> = {
      401: 'Give its token in SLUICE_ENDPOINT_TOKEN.',
      403: 'Give its token in SLUICE_ENDPOINT_TOKEN.',
      404: 'Check the address: for the Open Inference Protocol it ends with /v2/models/NAME.',
      413: 'Raise the limit of the endpoint, or use fewer features.',
    };
    const hint = redirected ? 'Give the address that it leads to.' : hints[status];
    return this.fault({
      message: redirected ? 'the endpoint redirects' : 'the endpoint refuses the request',
      found: `status ${status}${said(text)}`,
      expected: 'status 200',
      ...(hint === undefined ? {} : { hint }),
    });
  }

  private unavailable(cause: Passing, attempts: number): SluiceError {
    return new SluiceError(
      'unavailable',
      `The endpoint ${this.name} gives no answer after ${attempts} attempts: ${cause.message}.`,
      { cause },
    );
  }
}

/** Failures of the network, which may pass, as opposed to ours. */
const passing = async <T>(timeout: AbortSignal, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (timeout.aborted) throw new Passing('it takes too long', { cause });
    const { code } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException;
    throw new Passing(code === undefined ? (cause as Error).message : String(code), { cause });
  }
};

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });

const said = (text: string): string => (text === '' ? '' : `: ${shortened(text)}`);

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
};
