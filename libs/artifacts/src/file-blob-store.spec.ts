import {
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { digestOfBytes, type Digest } from '@sluice/contracts';
import { FileBlobStore } from './file-blob-store.js';

let root: string;
let store: FileBlobStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-blobs-'));
  store = new FileBlobStore(root);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await rm(root, { recursive: true });
});

const content = Buffer.from('the bytes of a model');
const digest = digestOfBytes(content);
/** Larger than one chunk of a file stream, so that order and holding back matter. */
const large = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const largeDigest = digestOfBytes(large);

async function* chunks(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* cutAfter(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, length);
  throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

const pathOf = (of: Digest) => join(root, 'sha256', of.slice(7, 9), of.slice(9));

const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};

const flipBit = async (path: string, at: number) => {
  const bytes = await readFile(path);
  bytes[at] = bytes[at]! ^ 1;
  await writeFile(path, bytes);
};

const expectNothingStored = async () => {
  expect(await filesIn(root)).toEqual([]);
  expect(await store.has(digest)).toBe(false);
};

describe('put', () => {
  it('stores bytes under their digest and leaves nothing temporary', async () => {
    expect(await store.put(digest, chunks(content, 3), { expectedSize: content.length })).toEqual({
      digest,
      size: content.length,
      created: true,
    });
    expect(await readFile(pathOf(digest))).toEqual(content);
    expect(await filesIn(join(root, 'tmp'))).toEqual([]);
    expect(await store.size(digest)).toBe(content.length);
  });

  it('says that a blob was there before', async () => {
    await store.put(digest, chunks(content));
    expect((await store.put(digest, chunks(content))).created).toBe(false);
  });

  it('stores no bytes at all under their digest', async () => {
    const none = digestOfBytes('');
    await store.put(none, chunks(Buffer.alloc(0)), { expectedSize: 0 });
    expect(await buffer(await store.open(none))).toHaveLength(0);
  });

  it('refuses bytes of another digest', async () => {
    await expect(store.put(digest, chunks(Buffer.from('other bytes')))).rejects.toMatchObject({
      code: 'digest_mismatch',
    });
    await expectNothingStored();
  });

  it.each([0, 1, 7, content.length - 1])(
    'refuses an upload that ends after %d bytes',
    async (length) => {
      const short = content.subarray(0, length);
      await expect(
        store.put(digest, chunks(short), { expectedSize: content.length }),
      ).rejects.toMatchObject({
        code: 'upload_incomplete',
      });
      await expectNothingStored();
    },
  );

  it.each([0, 1, 7, content.length])(
    'refuses an upload whose connection breaks after %d bytes',
    async (length) => {
      await expect(store.put(digest, cutAfter(content, length))).rejects.toMatchObject({
        code: 'upload_incomplete',
        cause: { code: 'ECONNRESET' },
      });
      await expectNothingStored();
    },
  );

  it('refuses an upload whose stream is destroyed without an error', async () => {
    const source = new Readable({ read: () => undefined });
    source.push(content.subarray(0, 5));
    setTimeout(() => source.destroy(), 20);
    await expect(store.put(digest, source)).rejects.toMatchObject({ code: 'upload_incomplete' });
    await expectNothingStored();
  });

  it('refuses more bytes than are accepted, announced or not', async () => {
    await expect(
      store.put(digest, chunks(content), { maxBytes: content.length - 1 }),
    ).rejects.toMatchObject({ code: 'too_large' });
    const unread = jest.fn();
    const source = { [Symbol.asyncIterator]: unread as unknown as () => AsyncIterator<Uint8Array> };
    await expect(
      store.put(digest, source, { expectedSize: 100, maxBytes: 99 }),
    ).rejects.toMatchObject({ code: 'too_large' });
    expect(unread).not.toHaveBeenCalled();
    await expectNothingStored();
  });

  it('stops reading at the first byte too many', async () => {
    let read = 0;
    const endless = async function* () {
      for (; read < 1000; read += 1) yield Buffer.alloc(1000);
    };
    await expect(store.put(digest, endless(), { maxBytes: 5000 })).rejects.toMatchObject({
      code: 'too_large',
    });
    expect(read).toBeLessThan(10);
  });

  it('refuses more bytes than were announced', async () => {
    await expect(store.put(digest, chunks(content), { expectedSize: 3 })).rejects.toMatchObject({
      code: 'digest_mismatch',
    });
    await expectNothingStored();
  });

  it('takes 16 puts of the same bytes at once', async () => {
    const puts = await Promise.all(
      Array.from({ length: 16 }, () => store.put(largeDigest, chunks(large))),
    );
    expect(puts.every(({ size }) => size === large.length)).toBe(true);
    expect(await filesIn(root)).toHaveLength(1);
    expect((await buffer(await store.open(largeDigest))).equals(large)).toBe(true);
  });

  it('lets a right put win over wrong ones at the same time', async () => {
    const wrong = Array.from({ length: 8 }, () => store.put(largeDigest, chunks(content)));
    const results = await Promise.allSettled([...wrong, store.put(largeDigest, chunks(large))]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await buffer(await store.open(largeDigest))).equals(large)).toBe(true);
  });

  it('has flushed the file and then its folder before it answers', async () => {
    await store.put(digest, chunks(content));
    const probe = await openFile(pathOf(digest));
    const sync = jest.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'sync');
    await probe.close();
    await store.put(digest, chunks(content));
    expect(sync).toHaveBeenCalledTimes(2);
  });

  it('repairs what was damaged at rest', async () => {
    await store.put(digest, chunks(content));
    await flipBit(pathOf(digest), 4);
    await store.put(digest, chunks(content));
    expect(await buffer(await store.open(digest))).toEqual(content);
  });

  it.each(['write', 'sync'] as const)(
    'says that the disk is full when %s does, and recovers',
    async (call) => {
      const probe = await openFile(join(root, 'probe'), 'w');
      const prototype = Object.getPrototypeOf(probe) as typeof probe;
      await probe.close();
      await rm(join(root, 'probe'));
      // Its folders come first, so that the fault hits the file and not their flush.
      await store.put(largeDigest, chunks(large));
      await rm(pathOf(largeDigest));
      jest
        .spyOn(prototype, call)
        .mockRejectedValueOnce(
          Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }),
        );
      await expect(store.put(digest, chunks(content))).rejects.toMatchObject({
        code: 'storage_full',
      });
      await expectNothingStored();
      expect((await store.put(digest, chunks(content))).created).toBe(true);
    },
  );

  it.each([
    'sha256:../../../etc/passwd',
    'sha256:',
    `sha256:${'A'.repeat(64)}`,
    `sha256:${'a'.repeat(63)}/`,
    '../x',
    `sha256:${'a'.repeat(64)}\n`,
  ])('never makes a path of %j', async (name) => {
    for (const attempt of [
      () => store.put(name, chunks(content)),
      () => store.open(name),
      () => store.has(name),
      () => store.size(name),
      () => store.materialize(name, join(root, 'out')),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'invalid_request' });
    }
    expect(await filesIn(root)).toEqual([]);
  });
});

describe('open', () => {
  it('streams large bytes unchanged', async () => {
    await store.put(largeDigest, chunks(large));
    expect((await buffer(await store.open(largeDigest))).equals(large)).toBe(true);
  });

  it('says that a blob is not there', async () => {
    await expect(store.open(digest)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.size(digest)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.has(digest)).toBe(false);
  });

  it.each([0, 150_000, 299_999])(
    'never releases all of a file with a bit flipped at byte %d',
    async (at) => {
      await store.put(largeDigest, chunks(large));
      await flipBit(pathOf(largeDigest), at);
      let released = 0;
      const read = async () => {
        for await (const chunk of await store.open(largeDigest))
          released += (chunk as Buffer).length;
      };
      await expect(read()).rejects.toMatchObject({ code: 'corrupt' });
      expect(released).toBeLessThan(large.length);
    },
  );

  it('releases nothing of a small corrupt file, nor of one cut short', async () => {
    await store.put(digest, chunks(content));
    await flipBit(pathOf(digest), 0);
    await expect(buffer(await store.open(digest))).rejects.toMatchObject({ code: 'corrupt' });
    await writeFile(pathOf(digest), content.subarray(0, 5));
    await expect(buffer(await store.open(digest))).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('closes its file when a reader leaves early', async () => {
    await store.put(largeDigest, chunks(large));
    const descriptors = async () => (await readdir('/proc/self/fd').catch(() => [])).length;
    const before = await descriptors();
    for (let round = 0; round < 20; round += 1) {
      const stream = await store.open(largeDigest);
      await new Promise((closed) => stream.once('close', closed).destroy());
    }
    await new Promise((settled) => setTimeout(settled, 50));
    expect(await descriptors()).toBeLessThan(before + 10);
  });
});

describe('materialize', () => {
  it('writes a copy of its own, in a folder that it makes', async () => {
    await store.put(digest, chunks(content));
    const target = join(root, 'run', 'model.onnx');
    await store.materialize(digest, target);
    expect(await readFile(target)).toEqual(content);
    expect((await stat(target)).nlink).toBe(1);
    expect((await stat(target)).ino).not.toBe((await stat(pathOf(digest))).ino);
  });

  it('leaves the target as it was when the blob is corrupt or missing', async () => {
    await store.put(digest, chunks(content));
    await flipBit(pathOf(digest), 3);
    const target = join(root, 'run', 'model.onnx');
    await expect(store.materialize(digest, target)).rejects.toMatchObject({ code: 'corrupt' });
    await expect(store.materialize(largeDigest, target)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await filesIn(join(root, 'run'))).toEqual([]);
  });
});

describe('upkeep', () => {
  it('collects what interrupted uploads left, and only that', async () => {
    await store.put(digest, chunks(content));
    await writeFile(join(root, 'tmp', 'old'), 'x');
    await writeFile(join(root, 'tmp', 'arriving'), 'x');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(root, 'tmp', 'old'), anHourAgo, anHourAgo);
    expect(await store.removeTemporary(60_000)).toBe(1);
    expect(await readdir(join(root, 'tmp'))).toEqual(['arriving']);
    expect(await store.has(digest)).toBe(true);
  });

  it('has nothing to collect, and no digests, before anything was stored', async () => {
    expect(await store.removeTemporary(0)).toBe(0);
    expect(await all(store.digests())).toEqual([]);
  });

  it('names every digest, so that a scrub finds the flipped bit', async () => {
    await store.put(digest, chunks(content));
    await store.put(largeDigest, chunks(large));
    await flipBit(pathOf(largeDigest), 7);
    const damaged: Digest[] = [];
    for await (const each of store.digests()) {
      await buffer(await store.open(each)).catch(() => damaged.push(each));
    }
    expect(damaged).toEqual([largeDigest]);
  });
});
