import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { digestOfStream, SluiceError, type Digest } from '@sluice/contracts';
import type { ReplayableBody, Transport } from './transport.js';

export interface UploadedFile {
  digest: Digest;
  size: number;
  /** False when the registry had these bytes already and nothing was sent. */
  sent: boolean;
}

/**
 * Uploads a file as a blob, unless it is there already. The file is opened once, so that a file renamed
 * into its place meanwhile can't send other bytes than those that were digested.
 */
export const uploadFile = async (
  transport: Transport,
  path: string,
  signal?: AbortSignal,
): Promise<UploadedFile> => {
  const file = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw new SluiceError('invalid_request', `${path} cannot be read (${cause.code}).`, { cause });
  });
  try {
    const { digest, size } = await digestOf(file);
    const address = `/api/v1/blobs/${digest}`;
    if (await isStored(transport, address, signal)) return { digest, size, sent: false };
    await transport.send({ method: 'PUT', path: address, body: bodyOf(file, size), signal });
    return { digest, size, sent: true };
  } finally {
    await file.close();
  }
};

const isStored = async (
  transport: Transport,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> => {
  try {
    await transport.send({ method: 'HEAD', path, signal });
    return true;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'not_found') return false;
    throw error;
  }
};

const digestOf = (file: FileHandle): Promise<{ digest: Digest; size: number }> =>
  digestOfStream(
    file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Uint8Array>,
  );

const bodyOf = (file: FileHandle, size: number): ReplayableBody => ({
  size,
  open: () =>
    Readable.toWeb(
      file.createReadStream({ start: 0, end: size - 1, autoClose: false }),
    ) as ReadableStream<Uint8Array>,
});
