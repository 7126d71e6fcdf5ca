import { errorCodes, problemSchema, SluiceError, type ErrorCode } from '@sluice/contracts';

/** Why one attempt failed, and whether another may fare better. */
export interface AttemptFailure {
  error: SluiceError;
  transient: boolean;
  /** What the server asked for in `Retry-After`. */
  retryAfterMs?: number;
}

/** Busy or between two processes; anything else would be the same the next time. */
const transientStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export const isTransientStatus = (status: number): boolean => transientStatuses.has(status);

/**
 * What a failing answer means: its problem document if it carries one, else what its status says.
 * The answer may come from a proxy in front of the registry, so its text is quoted but never trusted.
 */
export const errorOfAnswer = (
  asked: string,
  status: number,
  text: string,
  redirectTo: string | null,
): SluiceError => {
  const problem = problemSchema.safeParse(parseJson(text));
  if (problem.success) {
    const { code, detail, faults, correlationId } = problem.data;
    const trace =
      status >= 500 && correlationId !== undefined ? ` (correlation id ${correlationId})` : '';
    return new SluiceError(code, `${detail}${trace}`, { faults });
  }
  if (status >= 300 && status < 400) {
    return new SluiceError(
      'invalid_request',
      `${asked} redirects to ${redirectTo ?? 'nowhere'}; give the address that it leads to.`,
    );
  }
  const said = text.trim() === '' ? '' : `: ${excerpt(text)}`;
  return new SluiceError(
    codeOfStatus(status),
    `${asked} answered ${status}${said}${hintOfStatus(status)}`,
  );
};

/** A failure below HTTP: refused, reset, cut short, not resolved. Names the address and the reason. */
export const errorOfConnection = (asked: string, error: unknown): SluiceError =>
  new SluiceError('unavailable', `${asked} could not be reached: ${reasonOf(error)}`, {
    cause: error,
  });

/** Told by its shape, since an error of another realm (a vm context, a worker) is no instance of our Error. */
interface Thrown {
  name: string;
  message: string;
  code?: unknown;
  cause?: unknown;
  errors?: unknown[];
}
const isThrown = (error: unknown): error is Thrown =>
  typeof error === 'object' && error !== null && 'message' in error && 'name' in error;

/** The reason at the bottom of a `fetch failed`, whose own message says nothing. */
export const reasonOf = (error: unknown): string => {
  if (!isThrown(error)) return String(error);
  // An AggregateError, of a host name with several addresses.
  if (error.errors !== undefined && error.errors.length > 0) {
    return [...new Set(error.errors.map(reasonOf))].join('; ');
  }
  if (isThrown(error.cause)) return reasonOf(error.cause);
  const message = error.message === '' ? error.name : error.message;
  return typeof error.code === 'string' && !message.includes(error.code)
    ? `${message} (${error.code})`
    : message;
};

export const hasCause = (error: unknown, code: string): boolean =>
  isThrown(error) && (error.code === code || hasCause(error.cause, code));

const codeOfStatus = (status: number): ErrorCode => {
  if (status === 429) return 'unavailable';
  const exact = Object.entries(errorCodes).find(
    // 400 and 409 have many codes; without a problem document only the general one can be meant.
    ([code, known]) => known.status === status && code !== 'corrupt',
  );
  if (exact !== undefined) return exact[0] as ErrorCode;
  return status >= 500 ? 'unavailable' : 'invalid_request';
};

const hintOfStatus = (status: number): string =>
  status === 404 ? '. Is this the address of a Sluice registry?' : '';

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON means: no problem document. The caller goes by the status then.
    return undefined;
  }
};

const excerpt = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
};
