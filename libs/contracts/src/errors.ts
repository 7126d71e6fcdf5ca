import { z } from 'zod';

/**
 * Every error that crosses a boundary of Sluice, by code: what it means, and the HTTP status it maps to.
 * This is the one table that decides a status; nothing else in the product does.
 */
export const errorCodes = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_policy: { status: 400, title: 'The policy is not valid' },
  invalid_data: { status: 400, title: 'The dataset cannot be evaluated' },
  invalid_artifact: { status: 400, title: 'The artifact cannot be used' },
  digest_mismatch: { status: 400, title: 'The bytes do not match their digest' },
  upload_incomplete: { status: 400, title: 'The upload was cut short' },
  unauthenticated: { status: 401, title: 'A valid API key is needed' },
  forbidden: { status: 403, title: 'This API key may not do that' },
  not_found: { status: 404, title: 'There is no such thing' },
  method_not_allowed: { status: 405, title: 'That method is not served here' },
  conflict: { status: 409, title: 'That conflicts with what is there' },
  verdict_missing: { status: 409, title: 'No passing verdict stands behind this promotion' },
  verdict_stale: { status: 409, title: 'The verdict no longer describes what would be promoted' },
  rejected: { status: 409, title: 'An approver rejected it' },
  cancelled: { status: 409, title: 'Somebody cancelled it' },
  precondition_failed: { status: 412, title: 'It has changed since you read it' },
  too_large: { status: 413, title: 'That is too large' },
  unsupported_media_type: { status: 415, title: 'That media type is not accepted here' },
  misdirected_request: { status: 421, title: 'This host name is not served here' },
  idempotency_mismatch: { status: 422, title: 'The idempotency key was used for another request' },
  corrupt: { status: 500, title: 'Stored bytes do not match their digest' },
  internal: { status: 500, title: 'Something went wrong inside Sluice' },
  unavailable: { status: 503, title: 'A needed service does not answer' },
  timed_out: { status: 504, title: 'A needed service did not answer in time' },
  storage_full: { status: 507, title: 'There is no room to store this' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** One fault in what a user gave: where it is, what stands there, what was expected, what to do. */
export const faultSchema = z.object({
  message: z.string().describe('The fault in one sentence'),
  file: z.string().optional().describe('The file it is in'),
  line: z.number().int().positive().optional().describe('1-based'),
  column: z.number().int().positive().optional().describe('1-based'),
  path: z.string().optional().describe('The field, such as checks[2].metric'),
  found: z.string().optional().describe('What stands there'),
  expected: z.string().optional().describe('What was expected'),
  hint: z.string().optional().describe('What to do'),
});
export type Fault = z.infer<typeof faultSchema>;

/** RFC 9457 problem details, as every failing HTTP answer of Sluice carries. */
export const problemSchema = z
  .object({
    type: z.string().describe('urn:sluice:problem:<code>'),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string(),
    instance: z.string().optional().describe('The request path'),
    correlationId: z.string().optional().describe('Quote it to find the request in the logs'),
    faults: z.array(faultSchema).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/** An error with a code that a caller can act on. Anything else that is thrown is a defect. */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(
    code: ErrorCode,
    message: string,
    options: { faults?: readonly Fault[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SluiceError';
    this.code = code;
    this.faults = options.faults ?? [];
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}

/** A fault as one line of text: `file:line:column: message (found …; expected …). hint`. */
export const formatFault = (fault: Fault): string => {
  const place = [fault.file, fault.line, fault.column]
    .filter((part) => part !== undefined)
    .join(':');
  const detail = [
    fault.found === undefined ? undefined : `found ${fault.found}`,
    fault.expected === undefined ? undefined : `expected ${fault.expected}`,
  ].filter((part) => part !== undefined);
  return [
    place === '' ? undefined : `${place}:`,
    fault.message,
    detail.length === 0 ? undefined : `(${detail.join('; ')})`,
    fault.hint === undefined ? undefined : `– ${fault.hint}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
};

/** Turns an error into the problem document that describes it; an unknown error tells nothing of itself. */
export const toProblem = (
  error: unknown,
  about: { instance?: string; correlationId?: string } = {},
): Problem => {
  const known =
    error instanceof SluiceError
      ? error
      : new SluiceError('internal', 'An unexpected error occurred; it is in the logs.');
  return {
    type: `urn:sluice:problem:${known.code}`,
    title: errorCodes[known.code].title,
    status: known.status,
    code: known.code,
    detail: known.message,
    ...about,
    ...(known.faults.length > 0 ? { faults: [...known.faults] } : {}),
  };
};
