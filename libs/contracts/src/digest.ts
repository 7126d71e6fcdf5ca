import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { z } from 'zod';

/** `sha256:` and 64 lower-case hexadecimal digits. Content is addressed by this and by nothing else. */
export const digestSchema = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 lower-case hexadecimal digits')
  .meta({ id: 'Digest', description: 'A SHA-256 content address' });
export type Digest = z.infer<typeof digestSchema>;

export const digestOfBytes = (bytes: string | Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** The digest of what a stream gives, which may be larger than memory. */
export const digestOfStream = async (
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ digest: Digest; size: number }> => {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
};

/** The JSON form of RFC 8785, so that equal documents have equal bytes, and so equal digests. */
export const canonicalJson = (document: unknown): string => {
  const text = canonicalize(document);
  if (text === undefined) throw new TypeError('That value has no JSON form.');
  return text;
};

export const digestOfDocument = (document: unknown): Digest =>
  digestOfBytes(canonicalJson(document));
