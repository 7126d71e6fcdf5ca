import { constants, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SluiceError, type Policy } from '@sluice/contracts';
import { writeTable, type DatasetSource, type TableChange } from '@sluice/engine';
import type { MitigationOptions } from './mitigation-options.js';

/** What is to be done: checked options, the policy with the columns that groups come from, and files that were found. */
export interface MitigationTask {
  readonly options: MitigationOptions;
  /** Lists the columns of `--by` as protected, whatever it listed before. */
  readonly policy: Policy;
  readonly by: readonly string[];
  readonly model: string | null;
  /** The evaluation table of the policy; null where other tables are given for both. */
  readonly evaluation: DatasetSource | null;
  readonly fit: DatasetSource | null;
  readonly judge: DatasetSource | null;
  readonly output: string | null;
  readonly outputJudge: string | null;
  /** A folder for drafts, which goes at the end. */
  readonly drafts: string;
}

/** How whoever waits is told of the work, and how they stop it. */
export interface Attention {
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Does what nothing can interrupt from within, with a name for it; it is stopped from without. */
  readonly compute: <Result>(text: string, work: () => Result) => Promise<Result>;
}

/** All that a method works with. */
export interface Workplace extends MitigationTask {
  readonly attention: Attention;
}

/** What is fitted to; without `--fit` the evaluation table. */
export const fitTable = ({ fit, evaluation }: MitigationTask): DatasetSource =>
  (fit ?? evaluation) as DatasetSource;

/** What is judged by; without `--judge` the evaluation table. */
export const judgeTable = ({ judge, evaluation }: MitigationTask): DatasetSource =>
  (judge ?? evaluation) as DatasetSource;

/** Writes a changed table beside others that go at the end. */
export const writeDraft = async (
  { drafts, attention }: Workplace,
  file: string,
  change: Omit<TableChange, 'output'> & { readonly name: string },
): Promise<DatasetSource> => {
  const path = join(drafts, `${file}.parquet`);
  const { untyped } = await writeTable({ ...change, output: path }, attention.signal);
  return { files: [{ path, name: change.name }], format: 'parquet', name: change.name, untyped };
};

/**
 * Puts a draft where the user wants it, unless something appeared there meanwhile.
 *
 * @throws SluiceError `invalid_request`
 */
export const deliver = async (draft: string, path: string): Promise<void> => {
  try {
    await copyFile(draft, path, constants.COPYFILE_EXCL);
  } catch (cause) {
    throw new SluiceError(
      'invalid_request',
      `${path} cannot be written: ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  }
};
