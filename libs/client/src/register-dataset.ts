import {
  datasetExtensions,
  datasetFormatOfPath,
  SluiceError,
  type Dataset,
  type DatasetFormat,
} from '@sluice/contracts';
import type { RegistryClient } from './registry-client.js';

export interface RegisterDataset {
  path: string;
  /** What people call it, such as its path in the repository. */
  name: string;
  /** Told by the extension unless given. */
  format?: DatasetFormat;
}

/** @throws SluiceError `invalid_data` for an extension that names no format */
export const datasetFormatOf = (path: string): DatasetFormat => {
  const format = datasetFormatOfPath(path);
  if (format !== undefined) return format;
  const extension = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase();
  throw new SluiceError('invalid_data', `The format of ${path} can't be told from its name.`, {
    faults: [
      {
        message: 'unknown extension',
        file: path,
        found: extension ?? 'none',
        expected: datasetExtensions.join(', '),
      },
    ],
  });
};

/**
 * Uploads a table and registers it. The same bytes are one dataset, under the name they got first.
 *
 * @throws SluiceError `conflict` if they are registered as another format
 */
export const registerDataset = async (
  client: RegistryClient,
  { path, name, format = datasetFormatOf(path) }: RegisterDataset,
): Promise<Dataset> => {
  const { digest } = await client.uploadFile(path);
  return client.createDataset({ name, digest, format });
};
