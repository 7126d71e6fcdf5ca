import { stat } from 'node:fs/promises';
import { pathsInDataset, type DatasetFile } from '@sluice/artifacts';
import {
  datasetExtensions,
  datasetFormatOfPath,
  manifestDigest,
  manifestSchema,
  SluiceError,
  type Dataset,
  type DatasetFormat,
} from '@sluice/contracts';
import type { RegistryClient } from './registry-client.js';

export interface RegisterDataset {
  /** Of its one file. Several have names, which tell their places in the manifest and, below it, their format. */
  path: string | readonly DatasetFile[];
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
  if (typeof path === 'string') return registerFile(client, path, name, about.format);
  const [only, ...others] = path;
  if (only === undefined)
    throw new SluiceError('invalid_data', `The dataset ${name} has no files.`);
  const format = about.format ?? datasetFormatOf(only.name);
  if (others.length === 0) return registerFile(client, only.path, name, format);
  return registerFiles(client, path, name, format);
};

const registerFile = async (
  client: RegistryClient,
  path: string,
  name: string,
  given: DatasetFormat | undefined,
): Promise<Dataset> => {
  if ((await stat(path)).isDirectory())
    throw new SluiceError('invalid_data', `${path} is a folder, and no file of a dataset.`, {
      faults: [
        {
          message: 'the dataset is a folder',
          file: path,
          expected: 'a file, or several',
          hint: 'Name its files.',
        },
      ],
    });
  const format = given ?? datasetFormatOf(path);
  const { digest } = await client.uploadFile(path);
  return client.createDataset({ name, digest, format });
};

const registerFiles = async (
  client: RegistryClient,
  files: readonly DatasetFile[],
  name: string,
  format: DatasetFormat,
): Promise<Dataset> => {
  const paths = pathsInDataset(files);
  assertManifest(paths, name);
  const entries = [];
  for (const [index, file] of files.entries()) {
    const { digest, size } = await client.uploadFile(file.path);
    entries.push({ path: paths[index] as string, digest, size });
  }
  const manifest = manifestSchema.parse({ files: entries });
  return client.createDataset({ name, digest: manifestDigest(manifest), format, manifest });
};

/** Said before anything is uploaded. */
const assertManifest = (paths: readonly string[], name: string): void => {
  const size = 0;
  const digest = `sha256:${'0'.repeat(64)}`;
  const checked = manifestSchema.safeParse({
    files: paths.map((path) => ({ path, digest, size })),
  });
  const issue = checked.error?.issues[0];
  if (issue === undefined) return;
  const [, index] = issue.path;
  throw new SluiceError('invalid_data', `The registry does not take the files of ${name}.`, {
    faults: [
      {
        message: `the files of ${name} make no manifest`,
        ...(typeof index === 'number' ? { file: paths[index] as string } : {}),
        found: `${paths.length} files`,
        expected: issue.message,
        hint: 'Write the table in at most 1000 files, with plain names.',
      },
    ],
  });
};
