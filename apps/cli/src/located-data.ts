import { parse } from 'node:path';
import {
  allowanceEntries,
  findDatasetFiles,
  parseS3Allowances,
  S3Copies,
  type DatasetFile,
  type S3Copy,
  type S3Progress,
} from '@sluice/artifacts';
import { parseS3Location, type DataKey } from '@sluice/contracts';
import type { Context } from './context.js';
import { plain } from './terminal.js';

/** The data that a policy names, on this machine: its own files, and copies of what is in S3 until it is closed. */
export class LocatedData {
  private readonly copies: S3Copies;

  /**
   * @param root that local paths start at
   * @param allowS3 what `--allow-s3` was given with
   * @throws SluiceError `invalid_request` for what is no place in S3
   */
  constructor(
    private readonly root: string,
    allowS3: readonly string[],
    private readonly context: Context,
  ) {
    const { environment, signal, terminal } = context;
    this.copies = new S3Copies({
      howToAllow: (place) => `add --allow-s3 ${place}`,
      allowances: parseS3Allowances([
        { name: '--allow-s3', entries: allowS3 },
        {
          name: 'SLUICE_ALLOW_S3',
          entries: allowanceEntries(environment['SLUICE_ALLOW_S3'] ?? ''),
        },
      ]),
      signal,
      onProgress: (progress) => terminal.progress(progressLine(progress)),
    });
  }

  /** @throws SluiceError as `findDatasetFiles` and `S3Copies.fetch` do */
  async find(location: string, key: DataKey): Promise<readonly DatasetFile[]> {
    const s3 = parseS3Location(location);
    if (s3 === undefined) return findDatasetFiles(this.root, location, key);
    const copies = await this.copies.fetch(s3, key);
    for (const note of notesOn(copies)) this.context.terminal.note(plain(note));
    return copies;
  }

  /**
   * The data that the command line names, whose paths start where the command is run.
   *
   * @throws SluiceError as `find` does
   */
  async findGiven(location: string, key: DataKey): Promise<readonly DatasetFile[]> {
    if (parseS3Location(location) !== undefined) return this.find(location, key);
    const { root } = parse(location);
    const files = await findDatasetFiles(
      root === '' ? this.context.folder : root,
      location.slice(root.length),
      key,
    );
    return files.map(({ path, name }) => ({ path, name: `${root}${name}` }));
  }

  /** Removes the copies. */
  close(): Promise<void> {
    return this.copies.close();
  }
}

const progressLine = ({ location, bytes, objects }: S3Progress): string => {
  const share = bytes.total === 0 ? 0 : Math.floor((100 * bytes.done) / bytes.total);
  return `fetching ${location} … ${share} % (${objects.done} of ${objects.total} objects)`;
};

/** Objects that a person can look at one by one. */
const mostNoted = 5;

/** Which state of which objects was read, for whoever has to find it again. */
const notesOn = (copies: readonly S3Copy[]): readonly string[] => {
  const notes = copies
    .slice(0, mostNoted)
    .map(
      ({ name, size, etag, version }) =>
        `fetched ${name}, ${size} bytes, ETag ${etag}${version === null ? '' : `, version ${version}`}`,
    );
  const more = copies.length - notes.length;
  return more > 0 ? [...notes, `and ${more} more objects`] : notes;
};
