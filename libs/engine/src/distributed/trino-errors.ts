import { SluiceError, type ErrorCode } from '@sluice/contracts';
import type { StatementError } from './statement-answer.js';

/** The error for a statement that Trino could not carry out, with Trino's own words and place. */
export const statementError = (error: StatementError, queryId: string): SluiceError => {
  const { errorName, errorLocation } = error;
  const message = shortened(error.message.replace(/^line \d+:\d+: /, ''));
  const fault = {
    message,
    file: `query ${queryId}`,
    found: errorName,
    ...(errorLocation && { line: errorLocation.lineNumber, column: errorLocation.columnNumber }),
    ...(hints[errorName] === undefined ? {} : { hint: hints[errorName] }),
  };
  return new SluiceError(codeOf(error), `Trino cannot carry out a query: ${message}.`, {
    faults: [fault],
  });
};

const codeOf = ({ errorType, errorName }: StatementError): ErrorCode => {
  if (errorType === 'INSUFFICIENT_RESOURCES') return 'too_large';
  if (errorName === 'PERMISSION_DENIED') return 'invalid_request';
  return errorType === 'USER_ERROR' ? 'invalid_data' : 'unavailable';
};

const hints: Readonly<Record<string, string>> = {
  TABLE_NOT_FOUND: 'Check --table, and the catalog and schema in --engine.',
  SCHEMA_NOT_FOUND: 'Check the schema in --engine.',
  CATALOG_NOT_FOUND: 'Check the catalog in --engine.',
  PERMISSION_DENIED: 'Ask for the right to read the table, or name another user in --engine.',
};

/** The error for an answer other than 200. */
export const refusedError = (origin: string, status: number, text: string): SluiceError => {
  if (status === 401 || status === 403)
    return new SluiceError('invalid_request', `${origin} refuses the credentials (${status}).`, {
      faults: [
        {
          message: `${origin} answers ${status}`,
          found: shortened(text),
          hint: 'Set SLUICE_TRINO_PASSWORD or SLUICE_TRINO_TOKEN, and the right user in --engine.',
        },
      ],
    });
  if (status >= 300 && status < 400)
    return new SluiceError(
      'unavailable',
      `${origin} answers with a redirect (${status}), which is not followed. Give the address that it leads to.`,
    );
  const said = shortened(text);
  return new SluiceError('unavailable', `${origin} answers ${status}${said && `: ${said}`}.`);
};

/** The error for a server that can't be reached. */
export const connectionError = (origin: string, cause: unknown): SluiceError => {
  const reason = (cause as { cause?: Error }).cause?.message || (cause as Error).message;
  return new SluiceError('unavailable', `${origin} cannot be reached: ${shortened(reason)}.`, {
    cause,
  });
};

/** On one line, without a full stop, and no longer than people read. Trino adds pages of stack to some. */
const shortened = (text: string): string => {
  const line = (text.trim().split('\n', 1)[0] ?? '').replace(/\p{Cc}/gu, ' ').replace(/\.$/, '');
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};
