import { constants } from 'node:buffer';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  manifestDigest,
  manifestSchema,
  SluiceError,
  type ArtifactFile,
  type Digest,
  type Manifest,
} from '@sluice/contracts';
import { modelFileOf } from './manifest.js';
import { isThere, openPlainFile, refuseLinkedFolders } from './plain-file.js';
import { writeVerifiedFile } from './verified-file.js';

/** Where the bytes of a digest come from: a blob store, or a registry over HTTP. */
export interface ArtifactSource {
  open(digest: Digest): Promise<AsyncIterable<Uint8Array>>;
}

export interface FetchedArtifact {
  digest: Digest;
  /** Absolute. */
  modelPath: string;
}

/** An artifact's bytes in memory, and the digest of exactly these bytes. */
export interface LoadedArtifact {
  digest: Digest;
  modelFile: string;
  files: ReadonlyMap<string, Buffer>;
}

/**
 * Puts an artifact's files into a folder, each verified before it is there under its name. Files that are
 * already right are kept, wrong ones are replaced; a link or a special file in the way is refused.
 *
 * @throws SluiceError `invalid_artifact`, or what the bytes turned out to be: `digest_mismatch`, `corrupt`, …
 */
export const fetchArtifact = async (
  manifest: Manifest,
  source: ArtifactSource,
  folder: string,
): Promise<FetchedArtifact> => {
  const { files } = validated(manifest);
  const modelFile = modelFileOf(manifest);
  const root = resolve(folder);
  await mkdir(root, { recursive: true });
  for (const file of files) await fetchFile(file, source, root);
  return { digest: manifestDigest(manifest), modelPath: join(root, modelFile) };
};

/**
 * Reads an artifact's files from a folder into memory and digests what was read, so that whoever loads these
 * bytes knows what they loaded, whatever happens to the folder meanwhile. Whether the digest is the
 * expected one is for the caller to compare.
 *
 * @param manifest says which files; its digests and sizes are not taken on trust
 */
export const readArtifact = async (manifest: Manifest, folder: string): Promise<LoadedArtifact> => {
  const { files } = validated(manifest);
  const modelFile = modelFileOf(manifest);
  const bytes = new Map<string, Buffer>();
  const found: ArtifactFile[] = [];
  for (const { path } of files) {
    const read = await readPlainFile(folder, path);
    bytes.set(path, read.bytes);
    found.push({ path, digest: read.digest, size: read.bytes.byteLength });
  }
  return { digest: manifestDigest({ files: found }), modelFile, files: bytes };
};

const validated = (manifest: Manifest): Manifest => {
  const parsed = manifestSchema.safeParse(manifest);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ message, path }) => ({
      message,
      path: path.join('.'),
    }));
    throw new SluiceError('invalid_artifact', 'The manifest of the artifact is not valid.', {
      faults,
    });
  }
  const paths = new Set(parsed.data.files.map(({ path }) => path));
  const both = [...paths].find((path) => foldersOf(path).some((folder) => paths.has(folder)));
  if (both !== undefined) {
    throw new SluiceError(
      'invalid_artifact',
      `The artifact has ${both}, and a folder of that path as a file.`,
    );
  }
  return parsed.data;
};

const foldersOf = (path: string): string[] => {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
};

const fetchFile = async (
  file: ArtifactFile,
  source: ArtifactSource,
  root: string,
): Promise<void> => {
  await refuseLinkedFolders(root, file.path);
  const target = join(root, file.path);
  if ((await isThere(target)) && (await isRight(file, root))) return;
  await mkdir(dirname(target), { recursive: true });
  const arriving = join(dirname(target), `.${randomUUID()}.part`);
  await writeVerifiedFile(arriving, await source.open(file.digest), {
    digest: file.digest,
    size: file.size,
  });
  try {
    await rename(arriving, target);
  } catch (error) {
    await rm(arriving, { force: true });
    throw error;
  }
};

const isRight = async (file: ArtifactFile, root: string): Promise<boolean> =>
  (await readPlainFile(root, file.path)).digest === file.digest;

/** Not `readFile`, which ends at 2 GiB: external data exists because weights are larger. */
const readPlainFile = async (
  folder: string,
  path: string,
): Promise<{ bytes: Buffer; digest: Digest }> => {
  const { file, size } = await openPlainFile(folder, path);
  try {
    if (size > constants.MAX_LENGTH) {
      throw new SluiceError(
        'too_large',
        `${path} has ${size} bytes; save the external data in files of at most ${constants.MAX_LENGTH}.`,
      );
    }
    const bytes = Buffer.alloc(size);
    const hash = createHash('sha256');
    for (let offset = 0; offset < size;) {
      const { bytesRead } = await file.read(
        bytes,
        offset,
        Math.min(size - offset, 1 << 24),
        offset,
      );
      if (bytesRead === 0)
        throw new SluiceError('corrupt', `${path} became shorter while it was read.`);
      hash.update(bytes.subarray(offset, offset + bytesRead));
      offset += bytesRead;
    }
    return { bytes, digest: `sha256:${hash.digest('hex')}` };
  } finally {
    await file.close();
  }
};
