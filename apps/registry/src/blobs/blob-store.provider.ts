import type { Provider } from '@nestjs/common';
import { FileBlobStore } from '@sluice/artifacts';
import { REGISTRY_CONFIGURATION, type RegistryConfiguration } from '../registry.configuration.js';

/** Injects the `BlobStore`. */
export const BLOB_STORE = Symbol('BLOB_STORE');

export const blobStoreProvider: Provider = {
  provide: BLOB_STORE,
  useFactory: ({ SLUICE_BLOBS }: RegistryConfiguration) => new FileBlobStore(SLUICE_BLOBS),
  inject: [REGISTRY_CONFIGURATION],
};
