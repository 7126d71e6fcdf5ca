/** An answer that refuses, in GitHub's form. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly Record<string, unknown>[];
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    more: { errors?: readonly Record<string, unknown>[]; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }

  document(): Record<string, unknown> {
    return {
      message: this.message,
      documentation_url: 'https://docs.github.com/rest',
      status: String(this.status),
      ...(this.errors.length > 0 ? { errors: this.errors } : {}),
    };
  }
}

export const notFound = (): Refusal => new Refusal(404, 'Not Found');
