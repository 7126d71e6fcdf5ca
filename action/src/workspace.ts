import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { findDatasetFiles, type DatasetFile } from '@sluice/artifacts';
import { SluiceError, type DataKey } from '@sluice/contracts';

const longestPolicyFile = 1024 * 1024;
const lfsPointer = 'version https://git-lfs.github.com/spec/v1';

/** The files that were checked out. They come from the pull request and are only ever read. */
export class Workspace {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The text of a policy; null if there is no such file. */
  async readPolicy(path: string): Promise<string | null> {
    const file = await this.#resolve(path);
    if (file === null) return null;
    if ((await stat(file)).size > longestPolicyFile) {
      throw new SluiceError('invalid_policy', `${path} is longer than any policy may be.`);
    }
    return readFile(file, 'utf8');
  }

  /**
   * Where a file really is, for uploading.
   *
   * @throws SluiceError `invalid_artifact` if it is missing, outside, no file, or only a pointer to one
   */
  async file(path: string): Promise<string> {
    const file = await this.#resolve(path);
    if (file === null) {
      throw new SluiceError(
        'invalid_artifact',
        `There is no ${path} in the checkout. Is it committed, and does the workflow check the repository out before Sluice runs?`,
      );
    }
    if (await isLfsPointer(file)) {
      throw new SluiceError(
        'invalid_artifact',
        `${path} is only a Git LFS pointer. Let actions/checkout fetch the file itself, with \`lfs: true\`.`,
      );
    }
    return file;
  }

  /**
   * Where the files of a dataset really are: of a file, of a folder, or those that match a pattern.
   *
   * @throws SluiceError as `file` and `findDatasetFiles` do
   */
  async files(location: string, key: DataKey): Promise<readonly DatasetFile[]> {
    const found = await findDatasetFiles(await realpath(this.#root), location, key);
    const files: DatasetFile[] = [];
    for (const { name } of found) files.push({ name, path: await this.file(name) });
    return files;
  }

  async #resolve(path: string): Promise<string | null> {
    const root = await realpath(this.#root);
    const found = await realpath(join(root, path)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
      throw error;
    });
    if (found === null) return null;
    // A link in a pull request could show the runner's own files as data.
    if (!found.startsWith(`${root}${sep}`)) {
      throw new SluiceError('invalid_artifact', `${path} leads out of the checkout.`);
    }
    if (!(await stat(found)).isFile()) {
      throw new SluiceError('invalid_artifact', `${path} is not a file.`);
    }
    return found;
  }
}

const isLfsPointer = async (path: string): Promise<boolean> => {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(lfsPointer.length), 0);
    return buffer.subarray(0, bytesRead).toString() === lfsPointer;
  } finally {
    await file.close();
  }
};

/** The SHA-256 that a Git LFS pointer stands for; null if the content is none. */
export const lfsDigest = (content: Buffer): string | null => {
  const text = content.toString('latin1');
  if (!text.startsWith(lfsPointer)) return null;
  const oid = /^oid (sha256:[0-9a-f]{64})$/m.exec(text)?.[1];
  return oid ?? null;
};

/** The object id that Git gives to a file's content. */
export const gitBlobId = async (path: string): Promise<string> => {
  const hash = createHash('sha1').update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
};
