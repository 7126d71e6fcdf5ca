import { digestOfDataset, isFileOfDataset, type DatasetFile } from '@sluice/artifacts';
import { parseS3Location } from '@sluice/contracts';
import type { GitBlob, GitHubApi } from './github-api.js';
import { gitBlobId, lfsDigest } from './workspace.js';

/**
 * Says so when a proposal changes the data that it is judged by: such a change can turn any verdict, and in a
 * binary table nobody sees it. Null when the data is that of the base, and for data in S3, which no proposal changes.
 *
 * @param files that the location gives in the checkout
 */
export const dataNote = async (
  github: GitHubApi,
  location: string,
  files: readonly DatasetFile[],
  baseRef: string,
): Promise<string | null> => {
  if (parseS3Location(location) !== undefined) return null;
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0 && only.name === location) {
    const base = await github.blob(location, baseRef);
    if (base === null) return isNew(location);
    return (await isSame(base, only)) ? null : isChanged(location);
  }
  return severalFilesNote(github, location, files, baseRef);
};

/** Each file that Git LFS keeps costs a question. */
const mostQuestions = 200;

const severalFilesNote = async (
  github: GitHubApi,
  location: string,
  files: readonly DatasetFile[],
  baseRef: string,
): Promise<string | null> => {
  const tree = await github.tree(baseRef);
  if (tree === null) return unknown(location);
  const before = [...tree.keys()].filter((name) => isFileOfDataset(name, location));
  if (before.length === 0) return isNew(location);
  const now = new Set(files.map(({ name }) => name));
  const gone = before.find((name) => !now.has(name));
  if (gone !== undefined) return isChanged(location, `removes ${gone} from`);
  let questions = 0;
  for (const file of files) {
    const sha = tree.get(file.name);
    if (sha === undefined) return isChanged(location, `adds ${file.name} to`);
    if (sha === (await gitBlobId(file.path))) continue;
    questions += 1;
    if (questions > mostQuestions) return unknown(location);
    const base = await github.blob(file.name, baseRef);
    if (base === null || !(await isSame(base, file)))
      return isChanged(location, `changes ${file.name} of`);
  }
  return null;
};

const isSame = async (base: GitBlob, file: DatasetFile): Promise<boolean> => {
  const pointer = base.content === null ? null : lfsDigest(base.content);
  return pointer === null
    ? base.sha === (await gitBlobId(file.path))
    : pointer === (await digestOfDataset([file]));
};

const isNew = (location: string): string =>
  `${location}, the data that the model is judged by, is new in this proposal. Review where it comes from.`;

const isChanged = (location: string, how = 'changes'): string =>
  `This proposal ${how} ${location}, the data that the model is judged by. Its figures can't be compared with earlier ones; review where the new data comes from.`;

const unknown = (location: string): string =>
  `Whether this proposal changes ${location}, the data that the model is judged by, can't be told: the repository or the data has too many files. Review it.`;
