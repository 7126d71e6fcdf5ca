import { rmSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Location } from '@sluice/contracts';
import { inRowOrder, type DatasetFile, type DataName } from '../dataset/dataset-files.js';
import { fetchObject } from './fetch-object.js';
import { assertAllowed, isAllowed, textOf, type S3Allowance } from './s3-allowance.js';
import { connectS3, usualPatience, type S3Patience } from './s3-client.js';
import { s3Error, type S3Subject } from './s3-fault.js';
import { S3Objects, type S3Object } from './s3-objects.js';

/** More objects, or bytes, than these are refused before any of them is fetched. */
export interface S3Limits {
  readonly objects: number;
  readonly bytes: number;
}
export const usualLimits: S3Limits = { objects: 10_000, bytes: 64 * 1024 ** 3 };

export interface S3CopiesOptions {
  readonly allowances: readonly S3Allowance[];
  /** How a place in S3 is allowed here, for hints: `add --allow-s3 s3://bucket/prefix/`. */
  readonly howToAllow: (place: string) => string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: S3Progress) => void;
  readonly limits?: S3Limits;
  readonly patience?: S3Patience;
}

/** How much of one location was fetched. */
export interface S3Progress {
  readonly location: string;
  readonly objects: { readonly done: number; readonly total: number };
  readonly bytes: { readonly done: number; readonly total: number };
}

/** The copy of an object, and which state of it that is. */
export interface S3Copy extends DatasetFile {
  readonly size: number;
  readonly etag: string;
  /** null where the bucket keeps no versions. */
  readonly version: string | null;
}

/** Enough to hide the time that each request takes, where a dataset has many small objects. */
const atOnce = 8;

/**
 * Copies of data in S3 on this machine, in a private folder that goes when they are closed, or with the process.
 * A dataset is one state: the objects are listed once, and one that is replaced before it was read is a fault.
 */
export class S3Copies {
  private client: S3Client | undefined;
  private folder: string | undefined;
  private locations = 0;
  private readonly signal: AbortSignal;

  constructor(private readonly options: S3CopiesOptions) {
    this.signal = options.signal ?? new AbortController().signal;
  }

  /**
   * Fetches what a location names, in the order of the rows.
   *
   * @throws SluiceError `invalid_request` for what isn't allowed, before anything is asked of S3; `invalid_data` for
   *   what is not there, too large, or refused by S3; `unavailable` or `timed_out` when S3 can't be reached;
   *   `storage_full`. What the signal was aborted with
   */
  async fetch(location: S3Location, key: DataName): Promise<readonly S3Copy[]> {
    const { allowances, limits = usualLimits, patience = usualPatience } = this.options;
    assertAllowed(location, key, allowances, this.options.howToAllow);
    this.signal.throwIfAborted();
    const subject: S3Subject = { location: textOf(location), key };
    this.client ??= await connectS3(patience);
    const abort = new AbortController();
    const signal = AbortSignal.any([this.signal, abort.signal]);
    const objects = new S3Objects(this.client, location, subject, signal);
    const found = (await objects.find(limits.objects)).filter((object) =>
      isAllowed({ bucket: location.bucket, key: object.key }, allowances),
    );
    const folder = await this.newFolder();
    await assertRoom(found, { subject, folder, most: limits.bytes });
    const named = found.map((object) => ({
      object,
      name: textOf({ bucket: location.bucket, key: object.key }),
    }));
    const files = inRowOrder(named, subject).map(({ object, name }, index) => ({
      object,
      name,
      path: join(folder, `${this.locations}-${String(index).padStart(6, '0')}`),
    }));
    this.locations += 1;
    const told = progressOf(subject.location, found, this.options.onProgress);
    const copy = async ({ object, name, path }: (typeof files)[number]): Promise<S3Copy> => {
      const fetching = { objects, path, signal, pauseMs: patience.again, onBytes: told.bytes };
      const version = await fetchObject(object, fetching);
      told.object();
      return { path, name, size: object.size, etag: object.etag, version };
    };
    return eachOf(files, copy, () => abort.abort(new Error('Another object was not fetched.')));
  }

  /** Removes the copies. */
  async close(): Promise<void> {
    this.client?.destroy();
    this.client = undefined;
    process.off('exit', this.removeNow);
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }

  private async newFolder(): Promise<string> {
    if (this.folder !== undefined) return this.folder;
    this.folder = await mkdtemp(join(tmpdir(), `sluice-s3-${process.pid}-`));
    // Whoever presses Ctrl-C twice ends the process in the middle.
    process.once('exit', this.removeNow);
    return this.folder;
  }

  private readonly removeNow = (): void => {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  };
}

const assertRoom = async (
  objects: readonly S3Object[],
  { subject, folder, most }: { subject: S3Subject; folder: string; most: number },
): Promise<void> => {
  const total = objects.reduce((sum, { size }) => sum + size, 0);
  const hint =
    'Evaluate a sample, write fewer columns, or leave the rows where they are with `sluice evaluate --engine`.';
  if (total > most)
    throw s3Error(subject, {
      message: 'the dataset is larger than is fetched',
      found: `${total} bytes`,
      expected: `at most ${most} bytes`,
      hint,
    });
  const { bavail, bsize } = await statfs(folder);
  if (total > bavail * bsize)
    throw s3Error(
      subject,
      {
        message: 'there is no room for the dataset in the folder for temporary files',
        found: `${total} bytes`,
        expected: `at most the ${bavail * bsize} bytes that are free`,
        hint: 'Point TMPDIR to a disk with more room.',
      },
      { code: 'storage_full' },
    );
};

const progressOf = (
  location: string,
  objects: readonly S3Object[],
  onProgress: S3CopiesOptions['onProgress'],
): { readonly bytes: (bytes: number) => void; readonly object: () => void } => {
  const total = objects.reduce((sum, { size }) => sum + size, 0);
  let bytes = 0;
  let done = 0;
  const tell = (): void =>
    onProgress?.({
      location,
      objects: { done, total: objects.length },
      bytes: { done: bytes, total },
    });
  tell();
  return {
    bytes: (more) => {
      bytes += more;
      tell();
    },
    object: () => {
      done += 1;
      tell();
    },
  };
};

/**
 * Does something with each of many, a few at once; the results are in the order given. After a failure nothing is
 * begun any more, and what runs is stopped and waited for.
 */
const eachOf = async <Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  stop: () => void,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
        stop();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
};
