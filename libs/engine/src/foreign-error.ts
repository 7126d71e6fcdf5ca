import { SluiceError } from '@sluice/contracts';

/** A file by the path under which others see it, and by what the user calls it. */
export interface ShownFile {
  readonly path: string;
  readonly name: string;
}

/** What a foreign error says, on one line and without the path under which it was shown a file. */
export const reasonOf = (error: unknown, ...files: readonly ShownFile[]): string => {
  const message = error instanceof Error ? error.message : String(error);
  const named = files.reduce((text, { path, name }) => text.replaceAll(path, name), message);
  const line = named.split('\n', 1)[0] ?? '';
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
};

/** DuckDB out of memory or disk is not the data's fault; anything else is left to the caller. */
export const shortageOf = (error: unknown): SluiceError | undefined => {
  const message = error instanceof Error ? error.message : String(error);
  if (/no space left on device|disk quota exceeded|max_temp_directory_size/i.test(message))
    return new SluiceError(
      'storage_full',
      'There is no room for the temporary files of this evaluation.',
      { cause: error },
    );
  if (/^Out of Memory Error/.test(message))
    return new SluiceError(
      'too_large',
      'The dataset needs more memory than this machine can give it.',
      { cause: error },
    );
  return undefined;
};
