import { pipeline, type Readable } from 'node:stream';
import { VerifyingStream } from '@sluice/artifacts';
import { SluiceError, type Digest } from '@sluice/contracts';
import { errorOfConnection } from './failure.js';
import type { Transport } from './transport.js';

/**
 * The bytes of a blob, verified while they stream: wrong ones end in `corrupt`. A stream that breaks off ends
 * in `unavailable` and is not resumed.
 */
export const openBlob = async (
  transport: Transport,
  digest: Digest,
  signal?: AbortSignal,
): Promise<Readable> => {
  const path = `/api/v1/blobs/${encodeURIComponent(digest)}`;
  const asked = `GET ${transport.url}${path}`;
  const response = await transport.open({ method: 'GET', path, signal });
  if (response.body === null)
    throw new SluiceError('internal', `${asked} answered without a body.`);
  const verified = new VerifyingStream(digest);
  // The callback is for those who do not read to the end; a reader learns of the error from the stream itself.
  pipeline(chunksOf(response.body, asked, signal), verified, () => undefined);
  return verified;
};

async function* chunksOf(
  body: ReadableStream<Uint8Array>,
  asked: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>;
  } catch (error) {
    signal?.throwIfAborted();
    throw errorOfConnection(asked, error);
  }
}
