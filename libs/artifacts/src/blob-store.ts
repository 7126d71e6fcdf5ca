import type { Readable } from 'node:stream';
import type { Digest } from '@sluice/contracts';

/** What a writer announces about the bytes it is about to send. */
export interface PutOptions {
  /** The length that was announced; fewer bytes mean that the upload was cut short. */
  expectedSize?: number;
  /** The most that is accepted, whatever was announced. */
  maxBytes?: number;
}

export interface PutResult {
  digest: Digest;
  size: number;
  /** False if the blob was there before. Of puts in parallel, more than one may say true. */
  created: boolean;
}

/**
 * Bytes addressed by their SHA-256 and by nothing else, so no caller ever names a place.
 * Bytes are verified on the way in and again on the way out: what sits in between is not trusted.
 */
export interface BlobStore {
  /**
   * Stores a blob. It becomes visible only when it is whole, verified and durable.
   *
   * @throws SluiceError `digest_mismatch`, `upload_incomplete`, `too_large` or `storage_full`; nothing is visible then
   */
  put(
    expected: Digest,
    source: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<PutResult>;

  has(digest: Digest): Promise<boolean>;

  /** The length in bytes. @throws SluiceError `not_found` */
  size(digest: Digest): Promise<number>;

  /**
   * The bytes, verified while they stream: the last chunk is released only once the whole has matched,
   * so nobody ever holds a complete corrupt file. The stream fails with SluiceError `corrupt` instead.
   *
   * @throws SluiceError `not_found`
   */
  open(digest: Digest): Promise<Readable>;

  /**
   * Writes a verified copy to a path of the caller's own, for runtimes that want a file. It is a copy and
   * not a link, so that whoever writes to it cannot change the store.
   *
   * @throws SluiceError `not_found`, `corrupt` or `storage_full`; the target is untouched then
   */
  materialize(digest: Digest, targetPath: string): Promise<void>;

  /** Every digest that is stored, in no order: what a scrub walks. */
  digests(): AsyncIterable<Digest>;

  /** Collects what interrupted uploads left behind and returns how many files that were. */
  removeTemporary(olderThanMs: number): Promise<number>;
}
