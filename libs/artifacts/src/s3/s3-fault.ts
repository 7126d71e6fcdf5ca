import { SluiceError, type ErrorCode, type Fault } from '@sluice/contracts';
import type { DataName } from '../dataset/dataset-files.js';

/** What is read, for faults: the location in the policy, and the key that it stands under. */
export interface S3Subject {
  readonly location: string;
  readonly key: DataName;
}

/** The error for data that can't be fetched. */
export const s3Error = (
  { location, key }: S3Subject,
  about: Omit<Fault, 'file' | 'path'>,
  { code = 'invalid_data', cause }: { readonly code?: ErrorCode; readonly cause?: unknown } = {},
): SluiceError =>
  new SluiceError(code, `The data cannot be fetched: ${about.message}.`, {
    faults: [{ file: location, path: key, ...about }],
    cause,
  });

/** What S3, or the way to it, says, in words that tell what to do. A defect stays what it is. */
export const explainS3 = (error: unknown, subject: S3Subject): unknown => {
  if (error instanceof SluiceError) return error;
  const told = toldBy(error);
  const reason = reasons.find(({ when }) => when(told));
  if (reason === undefined) return error;
  const { message, hint, code } = reason;
  const found = `${told.name}: ${told.message}`.slice(0, 300);
  return s3Error(subject, { message, found, hint }, { code, cause: error });
};

interface Told {
  readonly name: string;
  readonly message: string;
  /** Of HTTP; undefined when there was no answer. */
  readonly status: number | undefined;
  /** Of the operating system. */
  readonly code: string | undefined;
}

const toldBy = (error: unknown): Told => {
  const {
    name = '',
    message = '',
    code,
    $metadata,
  } = error as Partial<Error> & {
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  // The SDK wraps some errors in others of which only the message tells.
  const system = code ?? /\b(E[A-Z_]{4,})\b/.exec(message)?.[1];
  return { name, message, code: system, status: $metadata?.httpStatusCode };
};

interface Reason {
  readonly when: (told: Told) => boolean;
  readonly message: string;
  readonly hint: string;
  readonly code?: ErrorCode;
}

const named =
  (...names: string[]) =>
  ({ name }: Told): boolean =>
    names.includes(name);
const answered =
  (...statuses: number[]) =>
  ({ status = 0 }: Told): boolean =>
    statuses.includes(status);

/** The first that fits. */
const reasons: readonly Reason[] = [
  {
    when: answered(412),
    message: 'an object was replaced while it was read',
    hint: 'Evaluate again when nothing writes there.',
  },
  {
    when: named('NoSuchBucket'),
    message: 'there is no such bucket',
    hint: 'Check the name of the bucket, and whose account or server is asked.',
  },
  {
    when: answered(404),
    message: 'there is no such object',
    hint: 'Check the key; a prefix, for all objects below it, ends with a slash.',
  },
  {
    when: answered(416),
    message: 'the object is empty',
    hint: 'Write the table again.',
  },
  {
    when: named('ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'),
    message: 'the credentials for S3 have expired',
    hint: 'Sign in again, such as with aws sso login, or renew AWS_SESSION_TOKEN.',
  },
  {
    when: named(
      'InvalidAccessKeyId',
      'SignatureDoesNotMatch',
      'InvalidToken',
      'RequestTimeTooSkewed',
      'AuthFailure',
    ),
    message: 'S3 does not accept the credentials',
    hint: 'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN or the profile, and the clock.',
  },
  {
    when: named('CredentialsProviderError', 'TokenProviderError'),
    message: 'there are no credentials for S3',
    hint: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run where a role is attached.',
  },
  {
    when: named('InvalidObjectState'),
    message: 'an object is archived and cannot be read',
    hint: 'Restore it to a storage class that is read at once.',
  },
  {
    when: (told) =>
      answered(301)(told) ||
      named(
        'PermanentRedirect',
        'AuthorizationHeaderMalformed',
        'IllegalLocationConstraintException',
      )(told),
    message: 'the bucket is in another region',
    hint: 'Set AWS_REGION to the region of the bucket.',
  },
  {
    when: answered(401, 403),
    message: 'S3 does not let these credentials read it',
    hint: 'They need s3:GetObject, and s3:ListBucket for a prefix or a pattern. Without the latter, S3 says the same of what is not there.',
  },
  {
    when: ({ message }) => /checksum mismatch/i.test(message),
    message: 'the bytes that came do not have the checksum that S3 keeps',
    hint: 'Try again; if it stays so, something on the way changes them, or the object is damaged.',
    code: 'corrupt',
  },
  {
    when: ({ name, code = '' }) => name === 'TimeoutError' || code === 'ETIMEDOUT',
    message: 'S3 does not answer in time',
    hint: 'Check the network and AWS_ENDPOINT_URL_S3, and try again.',
    code: 'timed_out',
  },
  {
    when: ({ status = 0, code = '' }) =>
      status >= 500 || /^(E[A-Z]|CERT_|DEPTH_|SELF_|UNABLE_|ERR_TLS|ERR_SSL)/.test(code),
    message: 'S3 cannot be reached, or fails',
    hint: 'Check the network, AWS_REGION and AWS_ENDPOINT_URL_S3, and try again.',
    code: 'unavailable',
  },
  {
    when: ({ status = 0 }) => status >= 400,
    message: 'S3 refuses to read it',
    hint: 'See what it says.',
  },
];
