import type { S3Client } from '@aws-sdk/client-s3';
import { SluiceError } from '@sluice/contracts';

/** How long S3 may take, in milliseconds. */
export interface S3Patience {
  readonly connect: number;
  /** Until an answer begins, and between any two pieces of it. */
  readonly silence: number;
  /** The first pause after a connection that broke; later ones are longer. */
  readonly again: number;
}
export const usualPatience: S3Patience = { connect: 10_000, silence: 60_000, again: 400 };

/**
 * A client of S3, or of what speaks like it. Credentials, profile, region and endpoint come from where every tool of
 * AWS takes them: the environment of the process (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3` …), the shared
 * files, or the role of the machine; never from a policy. The library is loaded only here, since most runs never
 * need it.
 */
export const connectS3 = async (patience: S3Patience = usualPatience): Promise<S3Client> => {
  // Which Node runs it is ours to say, and none of a reader's business.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const configured = new S3Client({});
  const client = new S3Client({
    // The region of a bucket is asked for when another one was guessed; servers of one's own seldom have regions.
    region: () => configured.config.region().catch(() => 'us-east-1'),
    followRegionRedirects: true,
    // A server of one's own seldom has a name for each bucket.
    forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: patience.connect,
      socketTimeout: patience.silence,
      requestTimeout: patience.silence,
      throwOnRequestTimeout: true,
    },
  });
  client.middlewareStack.add(
    (next) => (args) => {
      assertEncrypted(args.request as { protocol?: string; hostname?: string });
      return next(args);
    },
    { step: 'build', name: 'assertEncrypted', priority: 'low' },
  );
  return client;
};

/** Data and signatures go in the clear only where nobody else listens. */
const assertEncrypted = ({
  protocol,
  hostname = '',
}: {
  protocol?: string;
  hostname?: string;
}): void => {
  if (protocol === 'https:' || isLoopback(hostname)) return;
  throw new SluiceError('invalid_request', `S3 is not read over ${protocol}//${hostname}.`, {
    faults: [
      {
        message: 'the endpoint of S3 has no TLS',
        found: `${protocol}//${hostname}`,
        expected: 'https://, or a server on this machine',
        hint: 'Check AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and endpoint_url of the profile.',
      },
    ],
  });
};

const isLoopback = (hostname: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
