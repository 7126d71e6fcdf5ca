import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { fetchArtifact, FileBlobStore, type DatasetFile } from '@sluice/artifacts';
import { RegistryClient } from '@sluice/client';
import type { DatasetFormat, Digest, EvaluateJob } from '@sluice/contracts';

export const CACHE_FOLDER = Symbol('CACHE_FOLDER');

/** A table on this machine. */
export interface FetchedDataset {
  /** In the order of the rows. */
  readonly files: readonly DatasetFile[];
  readonly format: DatasetFormat;
}

export interface Inputs {
  readonly dataset: FetchedDataset;
  /** null when the policy names no reference. */
  readonly reference: FetchedDataset | null;
  readonly version: { readonly path: string };
  readonly champion: { readonly path: string } | null;
}

/** Brings the bytes of a job onto this machine. Each file is verified against its digest before anything reads it. */
@Injectable()
export class InputsService {
  private readonly blobs: FileBlobStore;

  constructor(
    private readonly registry: RegistryClient,
    @Inject(CACHE_FOLDER) private readonly folder: string,
  ) {
    this.blobs = new FileBlobStore(join(folder, 'blobs'));
  }

  async fetch(job: EvaluateJob, signal?: AbortSignal): Promise<Inputs> {
    const [dataset, reference, version, champion] = await Promise.all([
      this.fetchDataset(job.dataset, job.policy.data.evaluation, signal),
      job.reference === undefined
        ? null
        : this.fetchDataset(job.reference, job.policy.data.reference ?? 'reference', signal),
      this.fetchModel(job.version, signal),
      job.champion === null ? null : this.fetchModel(job.champion, signal),
    ]);
    return { dataset, reference, version, champion };
  }

  private async fetchModel(
    artifact: EvaluateJob['version'],
    signal: AbortSignal | undefined,
  ): Promise<{ path: string }> {
    const folder = join(this.folder, 'artifacts', artifact.digest.replace(':', '-'));
    const { modelPath } = await fetchArtifact(
      artifact.manifest,
      { open: (digest) => this.open(digest, signal) },
      folder,
    );
    return { path: modelPath };
  }

  /** @param location in the policy: what the file is called, when the table has only one */
  private async fetchDataset(
    { digest, format, manifest }: EvaluateJob['dataset'],
    location: string,
    signal: AbortSignal | undefined,
  ): Promise<FetchedDataset> {
    if (manifest === undefined)
      return {
        files: [{ path: await this.fetchFile(digest, format, signal), name: location }],
        format,
      };
    const files: DatasetFile[] = [];
    // The order of the rows is that of the names, as wherever a table has several files.
    for (const file of manifest.files.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
      files.push({ path: await this.fetchFile(file.digest, format, signal), name: file.path });
    return { files, format };
  }

  private async fetchFile(
    digest: Digest,
    format: DatasetFormat,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const folder = join(this.folder, 'datasets');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${digest.replace(':', '-')}.${format}`);
    await this.download(digest, signal);
    await this.blobs.materialize(digest, path);
    return path;
  }

  private async open(
    digest: Digest,
    signal: AbortSignal | undefined,
  ): Promise<AsyncIterable<Uint8Array>> {
    await this.download(digest, signal);
    return this.blobs.open(digest);
  }

  private async download(digest: Digest, signal: AbortSignal | undefined): Promise<void> {
    if (!(await this.blobs.has(digest)))
      await this.blobs.put(digest, await this.registry.openBlob(digest, signal));
  }
}
