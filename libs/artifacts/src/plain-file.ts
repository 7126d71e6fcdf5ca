import { constants } from 'node:fs';
import { lstat, open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError, type Fault } from '@sluice/contracts';

const refused = (file: string, fault: string, hint: string, cause?: unknown): SluiceError => {
  const message = `${file} ${fault}`;
  const faults: Fault[] = [
    { message, file, expected: 'a plain file inside the folder of the artifact', hint },
  ];
  return new SluiceError('invalid_artifact', message, { faults, cause });
};

/**
 * Opens a file inside a folder for reading, and only if it really is inside: a symbolic link anywhere on
 * the way could show the runner's secrets as "weights", and so could a second hard link to them.
 *
 * @param path relative to the folder, validated before
 * @param hardLinks `allow` where the folder is the owner's own work tree, which tools may fill with links
 */
export const openPlainFile = async (
  folder: string,
  path: string,
  { hardLinks = 'refuse' }: { hardLinks?: 'allow' | 'refuse' } = {},
): Promise<{ file: FileHandle; size: number }> => {
  await refuseLinkedFolders(folder, path);
  await refuseSpecialFile(folder, path);
  // Checked above for its message, and here again for whoever swaps the file in between.
  const file = await open(join(folder, path), constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { nlink, size } = await file.stat();
    if (nlink > 1 && hardLinks === 'refuse') {
      throw refused(path, 'has other hard links', 'Copy it, so that nothing else can change it.');
    }
    return { file, size };
  } catch (error) {
    await file.close();
    throw error;
  }
};

/** Refuses a path whose folders, below the given one, are links or no folders; missing ones are fine. */
export const refuseLinkedFolders = async (folder: string, path: string): Promise<void> => {
  const parts = path.split('/').slice(0, -1);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const part = parts.slice(0, depth).join('/');
    const found = await statIfThere(join(folder, part));
    if (found === null) return;
    if (found.isSymbolicLink())
      throw refused(part, 'is a symbolic link', 'Put the files themselves there.');
    if (!found.isDirectory()) throw refused(part, 'is not a folder', `The artifact has ${path}.`);
  }
};

/** Whether a file is there; refuses links, pipes and devices by not opening them. */
export const refuseSpecialFile = async (folder: string, path: string): Promise<void> => {
  const found = await statIfThere(join(folder, path));
  if (found === null)
    throw refused(
      path,
      'is not there',
      'The artifact needs it; is it in the same folder as the model?',
    );
  if (found.isSymbolicLink())
    throw refused(path, 'is a symbolic link', 'Name the file that it points to.');
  if (found.isDirectory()) throw refused(path, 'is a folder', 'Name a file in it.');
  if (!found.isFile())
    throw refused(path, 'is not a regular file', 'Pipes and devices hold no artifact.');
};

export const isThere = async (path: string): Promise<boolean> => (await statIfThere(path)) !== null;

const statIfThere = async (path: string) =>
  lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
