import { randomBytes } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { digestOfBytes, type Digest } from '@sluice/contracts';
import { eventually, TestRegistry } from '../testing/test-registry.js';

const maxBytes = 3_000_000;

describe('blobs', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await TestRegistry.start({ SLUICE_MAX_UPLOAD_BYTES: String(maxBytes) });
  });
  afterAll(() => registry.close());

  const pathOf = (digest: Digest): string =>
    join(registry.blobs, 'sha256', digest.slice(7, 9), digest.slice(9));
  const isThere = async (digest: Digest): Promise<boolean> =>
    (await registry.call('HEAD', `/blobs/${digest}`)).status === 200;
  const temporary = (): Promise<string[]> => readdir(join(registry.blobs, 'tmp')).catch(() => []);

  /** A request that announces its own length and may break off. */
  const put = (
    digest: string,
    bytes: Uint8Array,
    headers: Record<string, string | number>,
    cut = false,
  ): Promise<number | 'broken'> =>
    new Promise((resolve) => {
      const request = httpRequest(`${registry.url}/api/v1/blobs/${digest}`, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${registry.admin}`,
          'content-type': 'application/octet-stream',
          ...headers,
        },
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', () => resolve('broken'));
      request.write(bytes, () => {
        if (cut) request.destroy();
      });
      if (!cut) request.end();
    });

  it('gives back the bytes that it took, as nothing but bytes', async () => {
    const bytes = randomBytes(1_000_000);
    const digest = digestOfBytes(bytes);
    expect(await isThere(digest)).toBe(false);
    const first = await registry.call('PUT', `/blobs/${digest}`, { bytes });
    expect([first.status, first.body]).toEqual([201, { digest, size: bytes.length }]);
    expect(first.headers.get('location')).toBe(`/api/v1/blobs/${digest}`);
    expect((await registry.call('PUT', `/blobs/${digest}`, { bytes })).status).toBe(200);

    const got = await registry.call('GET', `/blobs/${digest}`);
    expect(digestOfBytes(got.body)).toBe(digest);
    expect(Object.fromEntries(got.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'content-length': String(bytes.length),
      'x-content-type-options': 'nosniff',
    });
    const head = await registry.call('HEAD', `/blobs/${digest}`);
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
  });

  it('takes no bytes at all as a blob, too', async () => {
    const bytes = Buffer.alloc(0);
    const digest = digestOfBytes(bytes);
    expect((await registry.call('PUT', `/blobs/${digest}`, { bytes })).status).toBe(201);
    expect((await registry.call('GET', `/blobs/${digest}`)).body).toHaveLength(0);
  });

  it('reflects no content type of the uploader', async () => {
    const bytes = Buffer.from('<script>alert(1)</script>');
    const digest = digestOfBytes(bytes);
    const headers = { 'content-type': 'text/html' };
    expect((await registry.call('PUT', `/blobs/${digest}`, { bytes, headers })).status).toBe(415);
    const json = await registry.call('PUT', `/blobs/${digest}`, { json: { a: 1 } });
    expect(json.status).toBe(415);
    expect(await isThere(digest)).toBe(false);
  });

  it('shows nothing of bytes that are not what they were said to be', async () => {
    const digest = digestOfBytes('something else');
    const { status, body } = await registry.call('PUT', `/blobs/${digest}`, {
      bytes: randomBytes(200_000),
    });
    expect([status, body.code]).toEqual([400, 'digest_mismatch']);
    expect(await isThere(digest)).toBe(false);
    expect(await temporary()).toEqual([]);
  });

  it.each([1, 65_535, 65_536, 65_537, 400_000])(
    'shows nothing of an upload cut after %i bytes, and takes it when it comes again',
    async (length) => {
      const bytes = randomBytes(500_000);
      const digest = digestOfBytes(bytes);
      const headers = { 'content-length': bytes.length };
      expect(await put(digest, bytes.subarray(0, length), headers, true)).toBe('broken');
      await eventually('the temporary file is gone', async () => (await temporary()).length === 0);
      expect(await isThere(digest)).toBe(false);
      expect((await registry.call('PUT', `/blobs/${digest}`, { bytes })).status).toBe(201);
    },
  );

  it('wants to know the length beforehand, and refuses too much before reading it', async () => {
    const digest = digestOfBytes('x');
    expect(await put(digest, Buffer.from('x'), { 'transfer-encoding': 'chunked' })).toBe(400);
    const large = await registry.call('PUT', `/blobs/${digest}`, {
      bytes: Buffer.alloc(maxBytes + 1),
    });
    expect([large.status, large.body.code]).toEqual([413, 'too_large']);
    expect(await temporary()).toEqual([]);
  });

  it.each([
    '..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '..%252f..%252fetc%252fpasswd',
    'sha256:..%2f..%2fetc',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}`,
    `sha256:${'a'.repeat(64)}%00`,
    `sha256:${'a'.repeat(64)}%0a`,
    '..%5c..%5cwindows',
    'file:%2f%2f%2fetc%2fpasswd',
    'models:%2fx%2f1',
    `sha512:${'a'.repeat(64)}`,
    'a'.repeat(199),
    'a'.repeat(400),
  ])('never lets a path be named: %s', async (digest) => {
    for (const method of ['GET', 'HEAD', 'PUT']) {
      const options = method === 'PUT' ? { bytes: Buffer.from('x') } : {};
      expect([400, 404]).toContain(
        (await registry.call(method, `/blobs/${digest}`, options)).status,
      );
    }
  });

  it.each([1000, 2_000_000])(
    'never gives out a damaged blob of %i bytes as whole',
    async (size) => {
      const bytes = randomBytes(size);
      const digest = digestOfBytes(bytes);
      await registry.call('PUT', `/blobs/${digest}`, { bytes });
      const stored = await readFile(pathOf(digest));
      stored[size - 1] = (stored[size - 1] ?? 0) ^ 1;
      await writeFile(pathOf(digest), stored);
      const answer = await registry.call('GET', `/blobs/${digest}`).catch(() => 'cut' as const);
      if (answer !== 'cut') expect([answer.status, answer.body.code]).toEqual([500, 'corrupt']);
      // Good bytes heal it.
      await registry.call('PUT', `/blobs/${digest}`, { bytes });
      expect((await registry.call('GET', `/blobs/${digest}`)).status).toBe(200);
    },
  );

  it('does not know a blob that nobody stored', async () => {
    const { status, body } = await registry.call('GET', `/blobs/${digestOfBytes('never')}`);
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});
