import type { DataKey, Fault, SluiceError } from '@sluice/contracts';
import { faultError } from '../fault-collector.js';

/** A file of a table: the path under which DuckDB finds it, and what the user calls it. */
export interface TableFile {
  readonly path: string;
  readonly name: string;
}

/** What is wrong with a file as a part of its table. */
export class TableFault extends Error {
  constructor(
    readonly fault: Fault,
    cause?: unknown,
  ) {
    super(fault.message, { cause });
  }
}

/** The error for what is wrong with a file of the table that this key names. */
export const faultOf = (error: TableFault, path: DataKey): SluiceError =>
  faultError('invalid_data', [{ ...error.fault, path }], error);

/** A failure to read one file of a table; why is in its cause. */
export class UnreadableFile extends Error {
  constructor(
    readonly file: TableFile,
    cause: unknown,
  ) {
    super(`${file.name} is not readable`, { cause });
  }
}

/** A column as DuckDB describes it. */
export interface Described {
  readonly name: string;
  readonly type: string;
}

/** What columns of several files have in common. */
export type Alike = 'names' | 'names and types';

interface DescribedFile {
  readonly file: TableFile;
  readonly columns: readonly Described[];
}

/** @throws TableFault if a file doesn't have the columns of the first, in whatever order */
export const assertSameColumns = (
  first: DescribedFile,
  other: DescribedFile,
  alike: Alike = 'names and types',
): void => {
  const difference = differenceOf(first.columns, other.columns, alike);
  if (difference === undefined) return;
  throw new TableFault({
    file: other.file.name,
    path: 'data.evaluation',
    message: `this file does not have the columns of ${first.file.name}`,
    ...difference,
    hint: 'Write all files of a dataset with the same columns, or leave out what belongs to another table.',
  });
};

const differenceOf = (
  expected: readonly Described[],
  found: readonly Described[],
  alike: Alike,
): Pick<Fault, 'found' | 'expected'> | undefined => {
  const types = new Map(found.map(({ name, type }) => [name, type]));
  const names = new Set(expected.map(({ name }) => name));
  const more = found.find(({ name }) => !names.has(name));
  if (more !== undefined)
    return { found: `another column ${JSON.stringify(more.name)}`, expected: 'no such column' };
  for (const { name, type } of expected) {
    const other = types.get(name);
    const column = `a column ${JSON.stringify(name)}`;
    if (other === undefined) return { found: 'none', expected: column };
    if (alike === 'names and types' && other !== type)
      return { found: `${column} of type ${other}`, expected: `type ${type}` };
  }
  return undefined;
};

/** Does something with a file, so that a failure tells with which. */
export const naming = async <T>(file: TableFile, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof TableFault) throw cause;
    throw new UnreadableFile(file, cause);
  }
};
