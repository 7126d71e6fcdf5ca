import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who may ask. */
export interface DoubleAccount {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** Why a request is refused, as S3 calls it. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const longestSkewMs = 15 * 60_000;

/**
 * Checks the signature of a request as S3 does (AWS Signature Version 4, in headers), by its own account of the
 * specification: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export const signatureRefusal = (
  request: IncomingMessage,
  body: Buffer,
  account: DoubleAccount,
): Refusal | undefined => {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    );
  if (authorization === null) return refused(403, 'AccessDenied', 'Access Denied');
  const [, id = '', day = '', region = '', names = '', signature = ''] = authorization;
  if (id !== account.accessKeyId)
    return refused(
      403,
      'InvalidAccessKeyId',
      'The AWS Access Key Id does not exist in our records.',
    );
  if (region !== account.region)
    return refused(
      400,
      'AuthorizationHeaderMalformed',
      `the region '${region}' is wrong; expecting '${account.region}'`,
    );
  const time = header('x-amz-date');
  const sent = Date.parse(
    time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  if (!time.startsWith(day) || !(Math.abs(Date.now() - sent) < longestSkewMs))
    return refused(403, 'RequestTimeTooSkewed', 'The difference between the times is too large.');
  const hash = header('x-amz-content-sha256');
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256(body))
    return refused(400, 'XAmzContentSHA256Mismatch', 'The body is not the one that was signed.');
  const signed = names.split(';');
  if (!signed.includes('host') || !signed.includes('x-amz-content-sha256'))
    return refused(403, 'AccessDenied', 'There were headers that must be signed.');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical(request, signed, hash))].join(
    '\n',
  );
  const key = [region, 's3', 'aws4_request'].reduce(
    (secret, part) => hmac(secret, part),
    hmac(Buffer.from(`AWS4${account.secretAccessKey}`), day),
  );
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'))
    ? undefined
    : refused(403, 'SignatureDoesNotMatch', 'The signature we calculated is another one.');
};

const canonical = (request: IncomingMessage, signed: readonly string[], hash: string): string => {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const parameters = [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted();
  const headers = signed.map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  return [
    request.method,
    path
      .split('/')
      .map((part) => encoded(decodeURIComponent(part)))
      .join('/'),
    parameters.join('&'),
    headers.join(''),
    signed.join(';'),
    hash,
  ].join('\n');
};

/** Stricter than `encodeURIComponent`. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const refused = (status: number, code: string, message: string): Refusal => ({
  status,
  code,
  message,
});
