import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { fetchArtifact, FileBlobStore } from '@sluice/artifacts';
import { manifestDigest, SluiceError, type Digest, type Manifest } from '@sluice/contracts';
import { BLOB_SOURCE, type BlobSource } from './blob-source.js';

export const CACHE_FOLDER = Symbol('CACHE_FOLDER');

/** An artifact as files on this machine, each verified. */
export interface LocalArtifact {
  readonly digest: Digest;
  readonly folder: string;
  readonly manifestPath: string;
}

/**
 * Artifacts by digest, kept so that what runs can be started again while the registry is away.
 * What is found damaged is fetched anew.
 */
@Injectable()
export class ArtifactCache {
  private readonly blobs: FileBlobStore;

  constructor(
    @Inject(CACHE_FOLDER) private readonly folder: string,
    @Inject(BLOB_SOURCE) private readonly registry: BlobSource,
  ) {
    this.blobs = new FileBlobStore(join(folder, 'blobs'));
  }

  /** @throws SluiceError `invalid_artifact` if the manifest is not the one that was approved; what the registry says */
  async materialize(
    digest: Digest,
    manifest: Manifest,
    signal: AbortSignal,
  ): Promise<LocalArtifact> {
    if (manifestDigest(manifest) !== digest)
      throw new SluiceError(
        'invalid_artifact',
        `The manifest has the digest ${manifestDigest(manifest)}, and ${digest} was approved.`,
      );
    const root = join(this.folder, 'artifacts', digest.replace(':', '-'));
    const folder = join(root, 'files');
    await mkdir(folder, { recursive: true });
    await this.fetchFiles(manifest, folder, signal);
    const manifestPath = join(root, 'manifest.json');
    await replaceFile(manifestPath, JSON.stringify(manifest));
    return { digest, folder, manifestPath };
  }

  /** Collects what fetches of a process that died left behind. */
  async tidy(): Promise<void> {
    await this.blobs.removeTemporary(60 * 60 * 1000);
  }

  private async fetchFiles(manifest: Manifest, folder: string, signal: AbortSignal): Promise<void> {
    const source = { open: (digest: Digest) => this.open(digest, manifest, signal) };
    try {
      await fetchArtifact(manifest, source, folder);
    } catch (error) {
      if (!(error instanceof SluiceError && error.code === 'corrupt')) throw error;
      // Either copy may be the damaged one: good bytes of the registry replace the cache's, bad ones end here.
      for (const file of manifest.files) await this.fetchBlob(file.digest, file.size, signal);
      await fetchArtifact(manifest, source, folder);
    }
  }

  private async open(
    digest: Digest,
    manifest: Manifest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    signal.throwIfAborted();
    const size = manifest.files.find((file) => file.digest === digest)?.size ?? 0;
    if (!(await this.blobs.has(digest))) await this.fetchBlob(digest, size, signal);
    return this.blobs.open(digest);
  }

  private async fetchBlob(digest: Digest, size: number, signal: AbortSignal): Promise<void> {
    const bytes = await this.registry.openBlob(digest, signal);
    await this.blobs.put(digest, bytes, { expectedSize: size, maxBytes: size });
  }
}

/** A reader sees the old file or the new one, never a part. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  const arriving = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(arriving, text);
    await rename(arriving, path);
  } catch (error) {
    await rm(arriving, { force: true });
    throw error;
  }
};
