/** What can go wrong with an embedded service, as codes that callers may branch on. */
export type EmbeddedErrorCode =
  | 'unsupported-platform'
  | 'no-postgres-binaries'
  | 'no-account'
  | 'no-place'
  | 'not-ours'
  | 'already-running'
  | 'password-missing'
  | 'data-version'
  | 'no-nats-server'
  | 'no-trino'
  | 'no-free-port'
  | 'cannot-start';

/** A failure to set up or run an embedded service. Its message says what failed and what to do. */
export class EmbeddedError extends Error {
  constructor(
    readonly code: EmbeddedErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'EmbeddedError';
  }
}

/** The message of anything thrown; Node's network errors hide the reason in their cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  const hidden = cause instanceof Error && !message.includes(cause.message);
  return hidden ? `${message}: ${cause.message}` : message;
}
