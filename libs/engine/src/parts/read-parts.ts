import { readFile, stat } from 'node:fs/promises';
import { parseProfileDocument, SluiceError, type Fault, type Policy } from '@sluice/contracts';
import { mergeParts, type MergedParts, type Part } from '@sluice/evaluation';
import { FaultCollector } from '../fault-collector.js';

/** A profile of a part, as a file. */
export interface PartFile {
  readonly path: string;
  /** What faults call it. */
  readonly name: string;
}

/** Larger than any that an engine makes of hundreds of groups; more would not fit in a text. */
const largestFile = 2 ** 28;

/**
 * The whole, from the profiles of its parts.
 *
 * @throws SluiceError as `mergeParts` does; `invalid_data` with all faults of files that cannot be read
 */
export const readParts = async (
  policy: Policy,
  files: readonly PartFile[],
  signal?: AbortSignal,
): Promise<MergedParts> => {
  const faults = new FaultCollector('');
  const parts: Part[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    const part = await faults.gather(() => readPart(file));
    if (part !== undefined) parts.push(part);
  }
  faults.throwIfAny();
  return mergeParts(policy, parts);
};

const readPart = async ({ path, name }: PartFile): Promise<Part> => ({
  file: name,
  document: parseProfileDocument(await textOf(path, name), name),
});

const textOf = async (path: string, name: string): Promise<string> => {
  try {
    // Before it is opened, which a pipe without a writer would never be.
    const found = await stat(path);
    if (!found.isFile()) throw unreadable(name, { message: 'this is no ordinary file' });
    if (found.size > largestFile)
      throw unreadable(name, {
        message: 'the file is too large for a profile',
        found: `${found.size} bytes`,
        expected: `at most ${largestFile}`,
      });
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : message;
    throw unreadable(name, { message: reason }, cause);
  }
};

const unreadable = (file: string, fault: Fault, cause?: unknown): SluiceError =>
  new SluiceError('invalid_data', 'The profile cannot be read.', {
    faults: [{ file, ...fault }],
    cause,
  });
