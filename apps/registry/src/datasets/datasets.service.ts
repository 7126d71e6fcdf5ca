import { Inject, Injectable } from '@nestjs/common';
import type { BlobStore } from '@sluice/artifacts';
import {
  datasetFormatOfPath,
  manifestDigest,
  SluiceError,
  type CreateDataset,
  type Dataset,
  type Digest,
  type Manifest,
  type Page,
  type PageQuery,
  type Principal,
} from '@sluice/contracts';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { BLOB_STORE } from '../blobs/blob-store.provider.js';
import { AlreadyThere } from '../http/already-there.js';
import { pageFrom } from '../pages/page-cursor.js';
import { toDataset, toListedDataset } from './dataset.entity.js';
import { DatasetStore } from './dataset.store.js';

@Injectable()
export class DatasetsService {
  constructor(
    private readonly database: DataSource,
    private readonly store: DatasetStore,
    private readonly audit: AuditTrail,
    @Inject(BLOB_STORE) private readonly blobs: BlobStore,
  ) {}

  /**
   * Registers a table of one file, or of several with their manifest. The same bytes again are the same dataset, under
   * the name that they got first.
   *
   * @throws SluiceError `conflict` if they were registered as another format; `invalid_data` if bytes are not stored,
   *   or a file is of another format; `digest_mismatch` if the manifest is another one
   */
  async create(
    principal: Principal,
    wish: CreateDataset,
  ): Promise<Dataset | AlreadyThere<Dataset>> {
    const { manifest = null } = wish;
    const size =
      manifest === null ? await this.sizeOf(wish.digest) : await this.sizeOfFiles(wish, manifest);
    return this.database.transaction(async (transaction) => {
      const row = { ...wish, manifest, size, createdAt: new Date(), createdBy: principal.name };
      if (!(await this.store.add(transaction, row))) {
        const there = await this.store.get(wish.digest, transaction);
        if (there.format !== wish.format)
          throw new SluiceError(
            'conflict',
            `These bytes are registered as ${there.format} and cannot be ${wish.format} as well.`,
          );
        return new AlreadyThere(toDataset(there));
      }
      await this.audit.record(transaction, {
        actor: principal.name,
        action: 'dataset.created',
        subject: `datasets/${wish.digest}`,
        details: { name: wish.name, format: wish.format },
      });
      return toDataset(row);
    });
  }

  async list(query: PageQuery): Promise<Page<Dataset>> {
    const rows = await this.store.list(query);
    return pageFrom(rows, query, ({ position }) => position, toListedDataset);
  }

  async get(digest: Digest): Promise<Dataset> {
    return toDataset(await this.store.get(digest));
  }

  private async sizeOf(digest: Digest): Promise<number> {
    if (await this.blobs.has(digest)) return this.blobs.size(digest);
    throw new SluiceError('invalid_data', `No blob ${digest} is stored. Upload the bytes first.`);
  }

  private async sizeOfFiles(
    { digest, format }: CreateDataset,
    manifest: Manifest,
  ): Promise<number> {
    const { files } = manifest;
    if (manifestDigest(manifest) !== digest)
      throw new SluiceError(
        'digest_mismatch',
        `The manifest has the digest ${manifestDigest(manifest)}, not ${digest}.`,
      );
    // One table must have one digest, and of one file it is the file's.
    if (files.length < 2)
      throw new SluiceError('invalid_data', 'A manifest has several files; leave it out for one.');
    const stranger = files.find(({ path }) => datasetFormatOfPath(path) !== format);
    if (stranger !== undefined)
      throw new SluiceError(
        'invalid_data',
        `${stranger.path} is not named as a file of ${format}, and a dataset has one format.`,
      );
    let total = 0;
    for (const { path, digest: file, size } of files) {
      if ((await this.sizeOf(file)) !== size)
        throw new SluiceError('invalid_data', `${path} does not have the ${size} bytes it claims.`);
      total += size;
    }
    return total;
  }
}
