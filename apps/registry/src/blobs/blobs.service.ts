import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { BlobStore } from '@sluice/artifacts';
import { SluiceError, type Digest } from '@sluice/contracts';
import { AlreadyThere } from '../http/already-there.js';
import { REGISTRY_CONFIGURATION, type RegistryConfiguration } from '../registry.configuration.js';
import { PeriodicTask } from '../schedule/periodic-task.js';
import { BLOB_STORE } from './blob-store.provider.js';
import type { Blob, OpenBlob, Upload } from './blob.js';

const hour = 60 * 60 * 1000;

@Injectable()
export class BlobsService implements OnApplicationBootstrap, OnModuleDestroy {
  /** A day is longer than any upload that still moves. */
  private readonly collecting = new PeriodicTask('Removing what broken uploads left', hour, () =>
    this.store.removeTemporary(24 * hour),
  );

  constructor(
    @Inject(BLOB_STORE) private readonly store: BlobStore,
    @Inject(REGISTRY_CONFIGURATION) private readonly configuration: RegistryConfiguration,
  ) {}

  onApplicationBootstrap(): void {
    this.collecting.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.collecting.stop();
  }

  async put(digest: Digest, upload: Upload): Promise<Blob | AlreadyThere<Blob>> {
    const maxBytes = this.configuration.SLUICE_MAX_UPLOAD_BYTES;
    if (upload.size > maxBytes)
      throw new SluiceError('too_large', `At most ${maxBytes} bytes are accepted.`);
    const { size, created } = await this.store.put(digest, upload.bytes, {
      expectedSize: upload.size,
      maxBytes,
    });
    const blob = { digest, size };
    return created ? blob : new AlreadyThere(blob);
  }

  async get(digest: Digest): Promise<OpenBlob> {
    const size = await this.store.size(digest);
    return { bytes: await this.store.open(digest), size };
  }

  size(digest: Digest): Promise<number> {
    return this.store.size(digest);
  }
}
