import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { digestSchema, SluiceError, type Digest } from '@sluice/contracts';
import type { BlobStore, PutOptions, PutResult } from './blob-store.js';
import { storageError, writeVerifiedFile } from './verified-file.js';
import { VerifyingStream } from './verifying-stream.js';

/**
 * Blobs as files: `sha256/ab/cdef…` under a root of its own, and `tmp/` beside it for what is still arriving.
 * A path is only ever built from a validated digest.
 */
export class FileBlobStore implements BlobStore {
  readonly #blobs: string;
  readonly #temporary: string;

  constructor(root: string) {
    this.#blobs = join(resolve(root), 'sha256');
    this.#temporary = join(resolve(root), 'tmp');
  }

  async put(
    expected: Digest,
    source: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<PutResult> {
    const target = this.#pathOf(expected);
    await makeDurableFolder(this.#temporary);
    const arriving = join(this.#temporary, randomUUID());
    const size = await writeVerifiedFile(arriving, source, {
      digest: expected,
      size: options.expectedSize,
      maxBytes: options.maxBytes,
    });
    const created = !(await this.has(expected));
    // Even if it was there before: good bytes replace what may have been damaged at rest.
    await moveDurably(arriving, target);
    return { digest: expected, size, created };
  }

  async has(digest: Digest): Promise<boolean> {
    return (await sizeOf(this.#pathOf(digest))) !== null;
  }

  async size(digest: Digest): Promise<number> {
    const size = await sizeOf(this.#pathOf(digest));
    if (size === null) throw notStored(digest);
    return size;
  }

  async open(digest: Digest): Promise<Readable> {
    const verified = new VerifyingStream(digest);
    // The callback is for those who do not read to the end; a reader learns of the error from the stream itself.
    pipeline(await this.#read(digest), verified, () => undefined);
    return verified;
  }

  async materialize(digest: Digest, targetPath: string): Promise<void> {
    const target = resolve(targetPath);
    const source = await this.#read(digest);
    try {
      await makeDurableFolder(dirname(target));
      const arriving = join(dirname(target), `.${randomUUID()}.part`);
      await writeVerifiedFile(arriving, source, { digest, wrongBytes: 'corrupt' });
      await moveDurably(arriving, target);
    } finally {
      source.destroy();
    }
  }

  async *digests(): AsyncGenerator<Digest> {
    for (const prefix of await namesIn(this.#blobs)) {
      for (const rest of await namesIn(join(this.#blobs, prefix))) {
        const digest = digestSchema.safeParse(`sha256:${prefix}${rest}`);
        if (digest.success) yield digest.data;
      }
    }
  }

  async removeTemporary(olderThanMs: number): Promise<number> {
    let removed = 0;
    for (const name of await namesIn(this.#temporary)) {
      const path = join(this.#temporary, name);
      const modified = await stat(path).then(({ mtimeMs }) => mtimeMs, ifMissing(null));
      if (modified === null || Date.now() - modified < olderThanMs) continue;
      await rm(path, { force: true });
      removed += 1;
    }
    return removed;
  }

  async #read(digest: Digest): Promise<Readable> {
    const file = await open(this.#pathOf(digest), 'r').catch(ifMissing(null));
    if (file === null) throw notStored(digest);
    return file.createReadStream();
  }

  /** The one place where a path is made of something that a client may have sent. */
  #pathOf(digest: Digest): string {
    const valid = digestSchema.safeParse(digest);
    if (!valid.success) {
      throw new SluiceError(
        'invalid_request',
        'That is not a digest: sha256: and 64 lower-case hexadecimal digits are expected.',
      );
    }
    const hex = valid.data.slice('sha256:'.length);
    return join(this.#blobs, hex.slice(0, 2), hex.slice(2));
  }
}

const notStored = (digest: Digest): SluiceError =>
  new SluiceError('not_found', `No blob ${digest} is stored.`);

const ifMissing =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };

const sizeOf = async (path: string): Promise<number | null> =>
  stat(path).then(({ size }) => size, ifMissing(null));

const namesIn = async (folder: string): Promise<string[]> =>
  readdir(folder).catch(ifMissing<string[]>([]));

/** A rename is atomic, and survives a power cut only once its folder has been flushed too. */
const moveDurably = async (from: string, to: string): Promise<void> => {
  try {
    await makeDurableFolder(dirname(to));
    await rename(from, to);
    await flushFolder(dirname(to));
  } catch (error) {
    await rm(from, { force: true });
    throw storageError(error);
  }
};

const makeDurableFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw storageError(error);
  });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made))
    await flushFolder(dirname(made));
};

const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};
