import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { signatureRefusal, type DoubleAccount, type Refusal } from './signature-check.fixture.js';

export type { DoubleAccount } from './signature-check.fixture.js';

interface Stored {
  readonly body: Buffer;
  readonly etag: string;
  /** CRC-32 in Base64, which S3 keeps of every object. */
  readonly checksum: string;
}

/** What the double is to do with a request in place of answering it as S3 would. */
export type Mischief =
  | {
      readonly kind: 'refuse';
      readonly refusal: Refusal;
      readonly headers?: Record<string, string>;
    }
  /** Breaks the connection after so many bytes of the body. */
  | { readonly kind: 'break'; readonly after: number }
  /** Sends the headers and nothing more. */
  | { readonly kind: 'stall' }
  /** Answers as if it knew nothing of ranges and conditions. */
  | { readonly kind: 'ignore conditions' }
  /** Sends other bytes than are stored. */
  | { readonly kind: 'corrupt' };

export interface DoubleRequest {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A small S3 in memory, with what reading data from it needs: signatures, pages of listings, ranges, conditions,
 * checksums and the errors of the real one. The same tests run against it and against an emulator that others keep
 * (`npm run test:s3`).
 */
export class S3Double {
  static readonly account: DoubleAccount = {
    accessKeyId: 'AKIADOUBLE',
    secretAccessKey: 'a-secret-of-the-double',
    region: 'eu-central-1',
  };

  /** Of a listing; S3 has 1000. */
  pageSize = 1000;
  /** Asked for each request that is signed. */
  mischief: (request: DoubleRequest) => Mischief | undefined = () => undefined;
  readonly requests: DoubleRequest[] = [];
  private readonly buckets = new Map<string, Map<string, Stored>>();

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(): Promise<S3Double> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new S3Double(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What an AWS tool needs in its environment to find it, and nothing of the machine's own. */
  get environment(): Record<string, string> {
    const { accessKeyId, secretAccessKey, region } = S3Double.account;
    return {
      AWS_ENDPOINT_URL_S3: this.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Stores an object, without a request. */
  put(bucket: string, key: string, body: Buffer | string): void {
    const objects = this.buckets.get(bucket) ?? new Map<string, Stored>();
    this.buckets.set(bucket, objects);
    objects.set(key, stored(Buffer.from(body)));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const asked = requestOf(request);
    const refusal = signatureRefusal(request, body, S3Double.account);
    if (refusal !== undefined) return refuse(response, refusal);
    this.requests.push(asked);
    const mischief = this.mischief(asked);
    if (mischief?.kind === 'refuse') return refuse(response, mischief.refusal, mischief.headers);
    if (asked.method === 'PUT') return this.store(asked, body, response);
    const objects = this.buckets.get(asked.bucket);
    if (objects === undefined) return refuse(response, noSuchBucket);
    if (asked.method !== 'GET') return refuse(response, notImplemented);
    if (asked.key === '') return this.list(objects, asked, response);
    const found = objects.get(asked.key);
    if (found === undefined) return refuse(response, noSuchKey);
    return send(found, asked, response, mischief);
  }

  private store({ bucket, key }: DoubleRequest, body: Buffer, response: ServerResponse): void {
    const objects = this.buckets.get(bucket);
    if (key === '') this.buckets.set(bucket, objects ?? new Map<string, Stored>());
    else if (objects === undefined) return refuse(response, noSuchBucket);
    else objects.set(key, stored(body));
    response.writeHead(200, key === '' ? {} : { etag: stored(body).etag }).end();
  }

  private list(
    objects: ReadonlyMap<string, Stored>,
    { bucket, query }: DoubleRequest,
    response: ServerResponse,
  ): void {
    if (query.get('list-type') !== '2') return refuse(response, notImplemented);
    const prefix = query.get('prefix') ?? '';
    const token = query.get('continuation-token');
    const after = token === null ? '' : Buffer.from(token, 'base64url').toString();
    const keys = [...objects.keys()]
      .filter((key) => key.startsWith(prefix))
      // S3 lists by the bytes of UTF-8.
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter((key) => token === null || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
    const page = keys.slice(0, Math.min(this.pageSize, Number(query.get('max-keys') ?? 1000)));
    const more = keys.length > page.length;
    const next = Buffer.from(page.at(-1) ?? '').toString('base64url');
    const contents = page.map((key) => {
      const { body, etag } = objects.get(key) as Stored;
      return `<Contents><Key>${escaped(key)}</Key><Size>${body.byteLength}</Size><ETag>${escaped(etag)}</ETag></Contents>`;
    });
    const xml = `<ListBucketResult><Name>${bucket}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${next}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`;
    response.writeHead(200, { 'content-type': 'application/xml' }).end(xml);
  }
}

const noSuchBucket = {
  status: 404,
  code: 'NoSuchBucket',
  message: 'The specified bucket does not exist',
};
const noSuchKey = { status: 404, code: 'NoSuchKey', message: 'The specified key does not exist.' };
const notImplemented = { status: 501, code: 'NotImplemented', message: 'Not in the double.' };
const invalidRange = {
  status: 416,
  code: 'InvalidRange',
  message: 'The requested range is not satisfiable',
};
const preconditionFailed = {
  status: 412,
  code: 'PreconditionFailed',
  message: 'At least one of the pre-conditions you specified did not hold',
};

const stored = (body: Buffer): Stored => {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return {
    body,
    etag: `"${createHash('md5').update(body).digest('hex')}"`,
    checksum: checksum.toString('base64'),
  };
};

const requestOf = (request: IncomingMessage): DoubleRequest => {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  const [, bucket = '', ...key] = path.split('/').map(decodeURIComponent);
  return {
    method: request.method ?? '',
    bucket,
    key: key.join('/'),
    query: new URLSearchParams(query),
    headers: request.headers,
  };
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

const refuse = (
  response: ServerResponse,
  { status, code, message }: Refusal,
  headers: Record<string, string> = {},
): void => {
  response
    .writeHead(status, { 'content-type': 'application/xml', ...headers })
    .end(
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
    );
};

const send = (
  found: Stored,
  { headers }: DoubleRequest,
  response: ServerResponse,
  mischief: Mischief | undefined,
): void => {
  const careless = mischief?.kind === 'ignore conditions';
  const wanted = headers['if-match'];
  if (!careless && wanted !== undefined && wanted !== found.etag)
    return refuse(response, preconditionFailed);
  const { byteLength: size } = found.body;
  const range = careless ? null : /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const to = Math.min(size - 1, range?.[2] ? Number(range[2]) : size - 1);
  if (range !== null && from >= size) return refuse(response, invalidRange);
  const part = Buffer.from(found.body.subarray(from, to + 1));
  const withChecksum = headers['x-amz-checksum-mode'] === 'ENABLED' && range === null;
  response.writeHead(range === null ? 200 : 206, {
    etag: found.etag,
    'content-length': part.byteLength,
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${size}` }),
    ...(withChecksum ? { 'x-amz-checksum-crc32': found.checksum } : {}),
  });
  if (mischief?.kind === 'stall') return response.flushHeaders();
  if (mischief?.kind === 'break') {
    response.write(part.subarray(0, mischief.after), () => response.destroy());
    return;
  }
  if (mischief?.kind === 'corrupt') part[0] = (part[0] as number) ^ 1;
  response.end(part);
};

const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
