import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import {
  digestOfStream,
  manifestSchema,
  SluiceError,
  type Digest,
  type Manifest,
} from '@sluice/contracts';
import { assertSafeExternalData } from './onnx/external-data.js';
import { inspectOnnx } from './onnx/inspect-onnx.js';
import { openPlainFile } from './plain-file.js';

/**
 * What the model is called in every artifact. It does not keep its own file name, so that the same bytes have
 * the same digest whether they were proposed as `champion.onnx` or `model.onnx`.
 */
export const modelFileName = 'model.onnx';

/** A local file and the path that it has in the artifact. */
export interface LocalFile {
  path: string;
  localPath: string;
  size: number;
}

/**
 * The files that an ONNX model consists of: itself, and its external data by path relative to it.
 *
 * @throws SluiceError `invalid_artifact` if it is no ONNX, or refers to anything but plain files beside it
 */
export const artifactFilesOf = async (onnxPath: string): Promise<LocalFile[]> => {
  const folder = dirname(resolve(onnxPath));
  const model = await localFile(folder, basename(onnxPath), modelFileName);
  const inspection = await inspectOnnx(model.localPath);
  // Locations are judged as text first, as if every file were there and endless: nothing is opened before.
  assertSafeExternalData(
    {
      externalTensors: inspection.externalTensors.map((tensor) => ({
        ...tensor,
        offset: null,
        length: '0',
      })),
    },
    inspection.externalData.map((path) => ({ path, size: 0 })),
    basename(onnxPath),
  );
  if (inspection.externalData.includes(modelFileName)) {
    throw new SluiceError(
      'invalid_artifact',
      `The external data of ${basename(onnxPath)} may not itself be called ${modelFileName}.`,
    );
  }
  const data = await Promise.all(
    inspection.externalData.map((path) => localFile(folder, path, path)),
  );
  assertSafeExternalData(inspection, data, basename(onnxPath));
  return [model, ...data];
};

/**
 * The manifest of local files: of an ONNX model by its path, of the one ONNX model in a folder, or of files
 * that `artifactFilesOf` has found.
 */
export const manifestOf = async (source: string | readonly LocalFile[]): Promise<Manifest> => {
  const files = typeof source === 'string' ? await artifactFilesOf(await modelIn(source)) : source;
  const digested = await Promise.all(
    files.map(async ({ path, localPath }) => ({ path, ...(await digestOfFile(localPath)) })),
  );
  return manifestSchema.parse({ files: digested });
};

/** The path of the model among a manifest's files: `model.onnx`, or else the only `.onnx` file at the top. */
export const modelFileOf = (manifest: Manifest): string => {
  const paths = manifest.files
    .map(({ path }) => path)
    .filter((path) => /^[^/]+\.onnx$/i.test(path));
  const only = paths.includes(modelFileName)
    ? modelFileName
    : paths.length === 1
      ? paths[0]
      : undefined;
  if (only !== undefined) return only;
  const found = paths.length === 0 ? 'no .onnx file' : paths.join(', ');
  throw new SluiceError(
    'invalid_artifact',
    `Which file of the artifact is the model? Found ${found}.`,
    {
      faults: [{ message: 'The artifact has no single model', found, expected: modelFileName }],
    },
  );
};

const localFile = async (folder: string, name: string, path: string): Promise<LocalFile> => {
  const { file, size } = await openPlainFile(folder, name, { hardLinks: 'allow' });
  await file.close();
  return { path, localPath: join(folder, name), size };
};

const modelIn = async (source: string): Promise<string> => {
  const found = await stat(source).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) throw new SluiceError('invalid_artifact', `There is no model at ${source}.`);
  if (!found.isDirectory()) return source;
  const models = (await readdir(source)).filter((name) => name.toLowerCase().endsWith('.onnx'));
  const only = models.includes(modelFileName)
    ? modelFileName
    : models.length === 1
      ? models[0]
      : undefined;
  if (only !== undefined) return join(source, only);
  throw new SluiceError(
    'invalid_artifact',
    `Which model of the folder ${source}? Found ${models.join(', ') || 'no .onnx file'}.`,
  );
};

const digestOfFile = async (path: string): Promise<{ digest: Digest; size: number }> => {
  const { file } = await openPlainFile(dirname(path), basename(path), { hardLinks: 'allow' });
  // The stream closes the file.
  return digestOfStream(file.createReadStream() as AsyncIterable<Uint8Array>);
};
