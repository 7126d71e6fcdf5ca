import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { fetchArtifact, FileBlobStore } from '@sluice/artifacts';
import { RegistryClient } from '@sluice/client';
import type { DatasetFormat, Digest, EvaluateJob } from '@sluice/contracts';

export const CACHE_FOLDER = Symbol('CACHE_FOLDER');

export interface Inputs {
  readonly dataset: { readonly path: string; readonly format: DatasetFormat };
  /** null when the policy names no reference. */
  readonly reference: { readonly path: string; readonly format: DatasetFormat } | null;
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
      this.fetchDataset(job.dataset, signal),
      job.reference === undefined ? null : this.fetchDataset(job.reference, signal),
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

  private async fetchDataset(
    dataset: EvaluateJob['dataset'],
    signal: AbortSignal | undefined,
  ): Promise<Inputs['dataset']> {
    const folder = join(this.folder, 'datasets');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${dataset.digest.replace(':', '-')}.${dataset.format}`);
    await this.download(dataset.digest, signal);
    await this.blobs.materialize(dataset.digest, path);
    return { path, format: dataset.format };
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
