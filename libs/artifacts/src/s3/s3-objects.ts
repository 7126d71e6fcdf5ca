import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { isDatasetPattern, type S3Location } from '@sluice/contracts';
import { matchesPath } from '../dataset/wildcard.js';
import { literalOf } from './s3-allowance.js';
import { explainS3, s3Error, type S3Subject } from './s3-fault.js';

/** One state of one object. */
export interface S3Object {
  readonly key: string;
  readonly size: number;
  /** Which state: an object that is replaced gets another. */
  readonly etag: string;
}

/** The objects of one location, as one client sees them. */
export class S3Objects {
  constructor(
    private readonly client: S3Client,
    private readonly location: S3Location,
    private readonly subject: S3Subject,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * What the location names: one object; all below a prefix, but for names that start with `.` or `_`; or those that
   * match a pattern.
   *
   * @param most objects that are wanted at all
   * @throws SluiceError as `explainS3` tells, and `invalid_data` for too many
   */
  async find(most: number): Promise<readonly S3Object[]> {
    const { key } = this.location;
    const several = key === '' || key.endsWith('/') || isDatasetPattern(key);
    try {
      return several ? await this.list(most) : [await this.look()];
    } catch (error) {
      throw this.explained(error);
    }
  }

  /**
   * Begins to read an object as it was listed, from some byte on.
   *
   * @throws SluiceError `invalid_data` if it was replaced since
   */
  async open({ key, etag }: S3Object, from: number): Promise<GetObjectCommandOutput> {
    const range = from === 0 ? undefined : `bytes=${from}-`;
    try {
      const answer = await this.get(key, { IfMatch: etag, Range: range });
      // Not every server knows conditions; none may go unnoticed.
      if (answer.ETag === etag) return answer;
      // Its errors are of no interest any more, and without anybody who hears them they would end the process.
      (answer.Body as Readable).on('error', () => {}).destroy();
    } catch (error) {
      throw this.explained(error);
    }
    throw s3Error(this.subject, {
      message: 'an object was replaced while it was read',
      found: key,
      hint: 'Evaluate again when nothing writes there.',
    });
  }

  explained(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : explainS3(error, this.subject);
  }

  private async get(
    Key: string,
    more: { readonly Range?: string | undefined; readonly IfMatch?: string },
  ): Promise<GetObjectCommandOutput> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const { Range, ...conditions } = more;
    return this.client.send(
      new GetObjectCommand({
        Bucket: this.location.bucket,
        Key,
        ...conditions,
        ...(Range === undefined ? {} : { Range }),
      }),
      { abortSignal: this.signal },
    );
  }

  /** By its first byte: what is wrong is told in the body of an answer, and HEAD has none. */
  private async look(): Promise<S3Object> {
    const { key } = this.location;
    const answer = await this.get(key, { Range: 'bytes=0-0' });
    await answer.Body?.transformToByteArray();
    const size = Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength);
    return this.pinned({ key, size, etag: answer.ETag });
  }

  private async list(most: number): Promise<readonly S3Object[]> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const { bucket, key } = this.location;
    const pattern = isDatasetPattern(key) ? key.replace(/\/$/, '') : `${key}**/*`;
    const pages = paginateListObjectsV2(
      { client: this.client },
      { Bucket: bucket, Prefix: literalOf(key) },
      { abortSignal: this.signal },
    );
    const found: S3Object[] = [];
    let seen = 0;
    for await (const { Contents: contents = [] } of pages) {
      seen += contents.length;
      for (const { Key: name = '', Size: size = 0, ETag: etag } of contents)
        // S3's console makes an empty object with a slash at its end for a folder.
        if (!name.endsWith('/') && matchesPath(name, pattern))
          found.push(this.pinned({ key: name, size, etag }));
      if (found.length > most || seen > 100 * most) throw this.tooMany(most);
    }
    return found;
  }

  private pinned({
    etag,
    ...object
  }: Omit<S3Object, 'etag'> & { etag: string | undefined }): S3Object {
    if (etag !== undefined && Number.isSafeInteger(object.size)) return { ...object, etag };
    throw s3Error(this.subject, {
      message: 'the server does not tell the size and the ETag of an object',
      found: object.key,
      hint: 'Copy the data to a server that does, or to this machine.',
    });
  }

  private tooMany(most: number): Error {
    return s3Error(this.subject, {
      message: `the dataset has more than ${most} objects, or lies among too many others`,
      expected: `at most ${most}`,
      hint: 'Write the table in fewer, larger files, below a prefix of its own.',
    });
  }
}
