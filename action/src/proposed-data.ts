import { parseS3Allowances, S3Copies, type DatasetFile, type S3Allowance } from '@sluice/artifacts';
import { parseS3Location, type DataKey } from '@sluice/contracts';
import { log } from './log.js';
import type { Workspace } from './workspace.js';

/** What the input `allow-s3` allows. @throws SluiceError `invalid_request` */
export const allowancesOf = (entries: readonly string[]): readonly S3Allowance[] =>
  parseS3Allowances([{ name: 'allow-s3', entries }]);

/** The data that a policy names, on the runner: files of the checkout, and copies of what is in S3. */
export class ProposedData {
  readonly #workspace: Workspace;
  readonly #copies: S3Copies;

  constructor(
    workspace: Workspace,
    { allowS3, signal }: { allowS3: readonly S3Allowance[]; signal: AbortSignal },
  ) {
    this.#workspace = workspace;
    this.#copies = new S3Copies({
      allowances: allowS3,
      howToAllow: (place) => `set the input allow-s3 to ${place}`,
      signal,
    });
  }

  /** @throws SluiceError as `Workspace.files` and `S3Copies.fetch` do */
  async find(location: string, key: DataKey): Promise<readonly DatasetFile[]> {
    const s3 = parseS3Location(location);
    if (s3 === undefined) return this.#workspace.files(location, key);
    const copies = await this.#copies.fetch(s3, key);
    // Which state was read, for whoever has to find it again.
    for (const { name, size, etag, version } of copies)
      log(
        `Fetched ${name}, ${size} bytes, ETag ${etag}${version === null ? '' : `, version ${version}`}`,
      );
    return copies;
  }

  /** Removes the copies. */
  close(): Promise<void> {
    return this.#copies.close();
  }
}
