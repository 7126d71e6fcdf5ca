import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { SluiceError } from '@sluice/contracts';
import { storageError } from '../verified-file.js';
import type { S3Object, S3Objects } from './s3-objects.js';

export interface FetchingObject {
  readonly objects: S3Objects;
  /** Of a file that is not there yet. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** The first pause after a connection that broke, in milliseconds. */
  readonly pauseMs: number;
  /** Hears of bytes that came; of fewer than none when reading begins again. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Writes one state of an object to a new file. A connection that breaks, as they do where files are large, is made
 * again and reading goes on where it stopped.
 *
 * @returns the version of the object, null where the bucket keeps none
 * @throws SluiceError `invalid_data` if it was replaced, `unavailable` if it can't be read to its end, `storage_full`
 */
export const fetchObject = async (
  object: S3Object,
  fetching: FetchingObject,
): Promise<string | null> => {
  const file = await open(fetching.path, 'wx', 0o600).catch((error: unknown) => {
    throw storageError(error);
  });
  try {
    return await new Fetching(object, file, fetching).run();
  } finally {
    await file.close();
  }
};

/** After so many breaks without much in between, the next would come as well. */
const mostBreaks = 5;
const muchBytes = 64 * 1024 ** 2;

class Fetching {
  private done = 0;
  private breaks = 0;

  constructor(
    private readonly object: S3Object,
    private readonly file: FileHandle,
    private readonly task: FetchingObject,
  ) {}

  async run(): Promise<string | null> {
    for (;;) {
      const answer = await this.task.objects.open(this.object, this.done);
      // A server that knows no ranges begins at the start.
      if (answer.ContentRange === undefined) this.beginAgain();
      const from = this.done;
      try {
        await this.receive(answer);
        return answer.VersionId ?? null;
      } catch (error) {
        await this.recover(error, from);
      }
    }
  }

  private async receive({ Body: body }: GetObjectCommandOutput): Promise<void> {
    const { size, key } = this.object;
    for await (const chunk of body as Readable as AsyncIterable<Uint8Array>) {
      if (this.done + chunk.byteLength > size)
        throw new SluiceError('invalid_data', `More bytes of ${key} came than its ${size}.`);
      await this.write(chunk);
      this.done += chunk.byteLength;
      this.task.onBytes(chunk.byteLength);
    }
    if (this.done < size)
      throw Object.assign(new Error(`${this.done} of ${size} bytes came`), { code: 'ECONNRESET' });
  }

  /** Waits a little, unless there were too many breaks. */
  private async recover(error: unknown, from: number): Promise<void> {
    const { objects, signal, pauseMs } = this.task;
    if (error instanceof SluiceError || signal.aborted) throw objects.explained(error);
    // Other errors than the network's are about the bytes that came, such as a checksum that is not theirs.
    const broken = typeof (error as NodeJS.ErrnoException).code === 'string';
    this.breaks = broken && this.done - from >= muchBytes ? 1 : this.breaks + 1;
    if (this.breaks >= mostBreaks) throw objects.explained(error);
    if (!broken) this.beginAgain();
    await pause(pauseMs * 2 ** (this.breaks - 1), undefined, { signal }).catch(
      (aborted: unknown) => {
        throw objects.explained(aborted);
      },
    );
  }

  private beginAgain(): void {
    this.task.onBytes(-this.done);
    this.done = 0;
  }

  private async write(chunk: Uint8Array): Promise<void> {
    try {
      // A nearly full disk may take only a part of a write.
      for (let offset = 0; offset < chunk.byteLength;) {
        const rest = chunk.byteLength - offset;
        const position = this.done + offset;
        offset += (await this.file.write(chunk, offset, rest, position)).bytesWritten;
      }
    } catch (error) {
      throw storageError(error);
    }
  }
}
