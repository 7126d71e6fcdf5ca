import { stat } from 'node:fs/promises';
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
  { path, name, ...about }: RegisterDataset,
): Promise<Dataset> => {
  if ((await stat(path)).isDirectory())
    throw new SluiceError('invalid_data', `${path} is a folder, and a registry takes one file.`, {
      faults: [
        {
          message: 'the dataset is a folder',
          file: path,
          expected: 'one file',
          hint: 'Write the table as one Parquet file; `sluice evaluate` takes a folder without a registry.',
        },
      ],
    });
  const format = about.format ?? datasetFormatOf(path);
  const { digest } = await client.uploadFile(path);
  return client.createDataset({ name, digest, format });
};
