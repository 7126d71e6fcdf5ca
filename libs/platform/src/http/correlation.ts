import { AsyncLocalStorage } from 'node:async_hooks';

const storage = new AsyncLocalStorage<string>();

/** Runs something on behalf of a request, so that its messages and log lines can be traced back to it. */
export const withCorrelationId = <Result>(id: string, run: () => Result): Result =>
  storage.run(id, run);

export const currentCorrelationId = (): string | undefined => storage.getStore();

export const correlationHeader = 'x-correlation-id';

/** A caller's id is taken if it is short and plain; anything else could forge log lines. */
export const isCorrelationId = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9._-]{1,80}$/.test(value);
