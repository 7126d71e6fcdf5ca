import { Inject, Injectable } from '@nestjs/common';
import type { BlobStore } from '@sluice/artifacts';
import {
  SluiceError,
  type CreateDataset,
  type Dataset,
  type Digest,
  type Page,
  type PageQuery,
  type Principal,
} from '@sluice/contracts';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { BLOB_STORE } from '../blobs/blob-store.provider.js';
import { AlreadyThere } from '../http/already-there.js';
import { pageFrom } from '../pages/page-cursor.js';
import { toDataset } from './dataset.entity.js';
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
   * Registers a table. The same bytes again are the same dataset, under the name that they got first.
   *
   * @throws SluiceError `conflict` if they were registered as another format
   */
  async create(
    principal: Principal,
    wish: CreateDataset,
  ): Promise<Dataset | AlreadyThere<Dataset>> {
    const size = await this.sizeOf(wish.digest);
    return this.database.transaction(async (transaction) => {
      const row = { ...wish, size, createdAt: new Date(), createdBy: principal.name };
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
    return pageFrom(rows, query, ({ position }) => position, toDataset);
  }

  async get(digest: Digest): Promise<Dataset> {
    return toDataset(await this.store.get(digest));
  }

  private async sizeOf(digest: Digest): Promise<number> {
    if (await this.blobs.has(digest)) return this.blobs.size(digest);
    throw new SluiceError('invalid_data', `No blob ${digest} is stored. Upload the bytes first.`);
  }
}
