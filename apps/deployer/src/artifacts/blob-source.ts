import type { Digest } from '@sluice/contracts';

export const BLOB_SOURCE = Symbol('BLOB_SOURCE');

/** Where the bytes of artifacts come from: the registry. */
export interface BlobSource {
  openBlob(digest: Digest, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}
