import { createHash, type Hash } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { SluiceError, type Digest } from '@sluice/contracts';

/** What the bytes of a file have to be. */
export interface ExpectedContent {
  digest: Digest;
  size?: number;
  maxBytes?: number;
  /** What wrong bytes mean: a sender's mistake, or damage to something that was right once. */
  wrongBytes?: 'digest_mismatch' | 'corrupt';
}

/**
 * Writes a new file and makes it durable, or leaves none: wrong, short or excessive bytes remove it again.
 * The path must not exist yet and must be on the file system where the file is to end up.
 */
export const writeVerifiedFile = async (
  path: string,
  source: AsyncIterable<Uint8Array>,
  expected: ExpectedContent,
): Promise<number> => {
  refuseAnnouncedExcess(expected);
  // 'wx': never write into a file, or through a link, that somebody else put there.
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw storageError(error);
  });
  let size: number;
  try {
    const hash = createHash('sha256');
    size = await writeAll(file, source, hash, expected);
    verify(`sha256:${hash.digest('hex')}`, size, expected);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw storageError(error);
  }
  await file.close();
  return size;
};

/** Turns the file system's ways of saying that it is full into our one; anything else stays as it is. */
export const storageError = (error: unknown): unknown => {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new SluiceError(
      'storage_full',
      'There is no room left to store these bytes; nothing was stored.',
      { cause: error },
    );
  }
  return error;
};

const refuseAnnouncedExcess = ({ size, maxBytes }: ExpectedContent): void => {
  if (size !== undefined && maxBytes !== undefined && size > maxBytes) throw tooLarge(maxBytes);
};

const writeAll = async (
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  hash: Hash,
  expected: ExpectedContent,
): Promise<number> => {
  let size = 0;
  for await (const chunk of readable(source, expected)) {
    size += chunk.byteLength;
    if (expected.maxBytes !== undefined && size > expected.maxBytes)
      throw tooLarge(expected.maxBytes);
    if (expected.size !== undefined && size > expected.size) {
      throw new SluiceError(
        expected.wrongBytes ?? 'digest_mismatch',
        `More bytes came than the ${expected.size} that were announced.`,
      );
    }
    hash.update(chunk);
    await writeChunk(file, chunk);
  }
  return size;
};

/** Tells a source that breaks off from a disk that does: only the former is the sender's. */
async function* readable(
  source: AsyncIterable<Uint8Array>,
  expected: ExpectedContent,
): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError(
      'upload_incomplete',
      `The bytes of ${expected.digest} broke off before their end.`,
      { cause: error },
    );
  }
}

const writeChunk = async (file: FileHandle, chunk: Uint8Array): Promise<void> => {
  // A nearly full disk may take only a part of a write.
  for (let offset = 0; offset < chunk.byteLength;) {
    const { bytesWritten } = await file.write(chunk, offset, chunk.byteLength - offset);
    offset += bytesWritten;
  }
};

const verify = (found: string, size: number, expected: ExpectedContent): void => {
  if (expected.size !== undefined && size < expected.size) {
    throw new SluiceError(
      'upload_incomplete',
      `Only ${size} of ${expected.size} bytes arrived; send them again.`,
    );
  }
  if (found !== expected.digest) {
    throw new SluiceError(
      expected.wrongBytes ?? 'digest_mismatch',
      `The bytes hash to ${found}, not to ${expected.digest}.`,
    );
  }
};

const tooLarge = (maxBytes: number): SluiceError =>
  new SluiceError('too_large', `At most ${maxBytes} bytes are accepted.`);
