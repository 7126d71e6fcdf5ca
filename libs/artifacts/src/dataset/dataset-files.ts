import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  datasetExtensions,
  datasetFormatOfPath,
  isDatasetPattern,
  manifestDigest,
  SluiceError,
  type DataKey,
  type Digest,
  type Fault,
  type Manifest,
} from '@sluice/contracts';
import { digestOfFile } from './digest-of-file.js';
import { matchesPath, matchesWildcard } from './wildcard.js';

/** One file of a dataset. */
export interface DatasetFile {
  /** Where it is on this machine. */
  readonly path: string;
  /** The path that the user knows, such as that in the repository. */
  readonly name: string;
}

/** More files than this are a mistake, or a table that wants to be written again in larger ones. */
const mostFiles = 10_000;

/**
 * The files that a dataset consists of, in code-unit order of their names: the one file of that name, all files in a
 * folder and the folders below, or those that match a pattern. Names that start with `.` or `_` are left out of
 * folders, as every engine does, since writers keep their own marks under them; of a pattern only by `*` and `**`.
 *
 * @param folder that locations start at
 * @param key what names the location, for faults
 * @throws SluiceError `invalid_data` if a folder or a pattern gives no files, or files of several formats
 */
export const findDatasetFiles = async (
  folder: string,
  location: string,
  key: DataName = 'data.evaluation',
): Promise<readonly DatasetFile[]> => {
  const plain = location.replace(/\/$/, '');
  const pattern = isDatasetPattern(plain);
  if (!pattern && !(await isFolder(join(folder, plain))))
    return [{ path: join(folder, plain), name: location }];
  const about = { location, key };
  const names = await namesMatching(folder, pattern ? plain : `${plain}/**/*`, about);
  return inRowOrder(
    names.map((name) => ({ path: join(folder, name), name })),
    about,
  );
};

/** Whether a file of this name is one of those that a location gives, by its name alone. */
export const isFileOfDataset = (name: string, location: string): boolean => {
  const plain = location.replace(/\/$/, '');
  if (isDatasetPattern(plain)) return matchesPath(name, plain);
  return name === plain || matchesPath(name, `${plain}/**/*`);
};

/** What names data: a key of a policy, or an option of a command line. */
export type DataName = DataKey | `--${string}`;

/** A location, and what names it. */
export interface NamedData {
  readonly location: string;
  readonly key: DataName;
}

/**
 * The files of one dataset in the order of their rows, which must not depend on where they were listed.
 *
 * @throws SluiceError `invalid_data` if there are none, or files of several formats
 */
export const inRowOrder = <File extends { readonly name: string }>(
  files: readonly File[],
  about: NamedData,
): readonly File[] => {
  assertOneTable(files, about);
  return files.toSorted((a, b) => byCodeUnit(a.name, b.name));
};

/**
 * The content address of a dataset: that of its file, or of the manifest of its files with their paths below the
 * folder that they share, so that the same table elsewhere is the same dataset.
 */
export const digestOfDataset = async (files: readonly DatasetFile[]): Promise<Digest> => {
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) return digestOfFile(only.path);
  return manifestDigest(await manifestOfDataset(files));
};

const manifestOfDataset = async (files: readonly DatasetFile[]): Promise<Manifest> => {
  const paths = pathsInDataset(files);
  const entries: Manifest['files'] = [];
  for (const [index, { path }] of files.entries())
    entries.push({
      path: paths[index] as string,
      digest: await digestOfFile(path),
      size: (await stat(path)).size,
    });
  return { files: entries };
};

/** What the files of a dataset are called below the folder that they share, as in its manifest. */
export const pathsInDataset = (files: readonly { readonly name: string }[]): readonly string[] => {
  const shared = sharedFolder(files.map(({ name }) => name));
  return files.map(({ name }) => name.slice(shared.length));
};

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    // Whatever is wrong with it is said when it is opened as a file.
    () => false,
  );

/** Walks folder by folder along a pattern, so that nothing is listed that can't match. */
const namesMatching = async (
  root: string,
  pattern: string,
  about: NamedData,
): Promise<string[]> => {
  const found = new Set<string>();
  const walk = async (base: string, [part, ...rest]: readonly string[]): Promise<void> => {
    if (part === undefined) return;
    if (part === '**') await walk(base, rest);
    for (const entry of await entriesOf(join(root, base))) {
      const name = base === '' ? entry.name : `${base}/${entry.name}`;
      const hidden = /^[._]/.test(entry.name) && /^[*?]/.test(part);
      if (hidden || !(part === '**' || matchesWildcard(entry.name, part))) continue;
      // A linked folder may lead into itself, so links are followed to files only.
      if (entry.isDirectory()) await walk(name, part === '**' ? [part, ...rest] : rest);
      else if (rest.length === 0 && part !== '**') found.add(name);
      if (found.size > mostFiles)
        throw refused(about.location, about, {
          message: `the dataset has more than ${mostFiles} files`,
          expected: `at most ${mostFiles}`,
          hint: 'Write the table in fewer, larger files.',
        });
    }
  };
  const parts = pattern.split('/');
  await walk('', parts.at(-1) === '**' ? [...parts, '*'] : parts);
  return [...found];
};

const entriesOf = async (folder: string) => {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw cause;
  }
};

const assertOneTable = (files: readonly { readonly name: string }[], about: NamedData): void => {
  const { location } = about;
  if (files.length === 0)
    throw refused(location, about, {
      message: isDatasetPattern(location)
        ? 'no file matches the pattern'
        : 'the folder has no files',
      expected: `files with one of the extensions ${datasetExtensions.join(', ')}`,
      hint: 'Check where the policy says that it is.',
    });
  const formats = new Map(files.map(({ name }) => [datasetFormatOfPath(name), name] as const));
  const stranger = files.find(({ name }) => datasetFormatOfPath(name) === undefined);
  if (stranger !== undefined)
    throw refused(stranger.name, about, {
      message: 'the format of a file of the dataset cannot be told from its name',
      expected: `one of the extensions ${datasetExtensions.join(', ')}`,
      hint: 'Move it elsewhere, or name the files by a pattern such as data/*.parquet.',
    });
  if (formats.size > 1)
    throw refused(location, about, {
      message: 'the files of the dataset are of several formats',
      found: [...formats.values()].join(', '),
      expected: 'files of one format',
      hint: 'Name those of one format by a pattern such as data/*.parquet.',
    });
};

/** The longest folder, with its slash, that all names start with. */
const sharedFolder = (names: readonly string[]): string => {
  const [first = '', ...others] = names;
  let end = first.lastIndexOf('/') + 1;
  while (end > 0 && others.some((name) => !name.startsWith(first.slice(0, end))))
    end = first.lastIndexOf('/', end - 2) + 1;
  return first.slice(0, end);
};

const refused = (
  file: string,
  { key }: NamedData,
  about: Omit<Fault, 'file' | 'path'>,
): SluiceError =>
  new SluiceError('invalid_data', `The dataset cannot be evaluated: ${about.message}.`, {
    faults: [{ file, path: key, ...about }],
  });

/** Not the locale's order: rows must come in the same order everywhere. */
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
