import { copyFile, mkdtemp, realpath, rm, stat, constants } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { nearestName, parseS3Location, SluiceError, type Policy } from '@sluice/contracts';
import type { Context } from '../context.js';
import type { MitigationOptions } from './mitigation-options.js';

/** A table, and what the user calls it. */
export interface TableFile {
  readonly path: string;
  readonly name: string;
}

/** All that a method works on: checked options, the policy with the columns that groups come from, and files. */
export interface Workplace {
  readonly options: MitigationOptions;
  /** Lists the columns of `--by` as protected, whatever it listed before. */
  readonly policy: Policy;
  readonly by: readonly string[];
  readonly model: string | null;
  /** The evaluation table of the policy. */
  readonly evaluation: TableFile;
  readonly fit: TableFile | null;
  readonly judge: TableFile | null;
  readonly output: string | null;
  readonly outputJudge: string | null;
  /** A folder for drafts, which goes at the end. */
  readonly drafts: string;
  readonly context: Context;
}

/**
 * Prepares the work and clears up after it.
 *
 * @throws SluiceError `invalid_request` for options that contradict each other or the policy, and for an output that
 *   exists, before any row is read
 */
export const inWorkplace = async <Result>(
  input: {
    readonly options: MitigationOptions;
    readonly policy: Policy;
    readonly policyFile: string;
    readonly context: Context;
  },
  work: (workplace: Workplace) => Promise<Result>,
): Promise<Result> => {
  const { options, context } = input;
  // Fits count rows: the same policy's figures, which weigh them, would be of another population.
  if (input.policy.columns.weight !== undefined)
    throw refused(
      `The policy weighs rows by ${input.policy.columns.weight}, which mitigation does not yet; leave columns.weight out of a copy of the policy to fit to rows as they are.`,
    );
  const by = columnsOf(input.policy, options);
  if (parseS3Location(input.policy.data.evaluation) !== undefined)
    throw refused(
      `data.evaluation names ${input.policy.data.evaluation}, and mitigation reads local files alone. Copy the data here and name it in a copy of the policy.`,
    );
  const root = dirname(resolve(context.folder, input.policyFile));
  const evaluation = tableOf(join(root, input.policy.data.evaluation), context.folder);
  const given = (file: string | undefined): TableFile | null =>
    file === undefined ? null : { path: resolve(context.folder, file), name: file };
  const tables = { fit: given(options.fit), judge: given(options.judge) };
  await refuseSameTable(tables.fit, tables.judge ?? evaluation);
  if (tables.fit === null) await refuseSameTable(tables.judge, evaluation);
  const drafts = await mkdtemp(join(tmpdir(), 'sluice-mitigate-'));
  try {
    return await work({
      options,
      by,
      policy: withProtected(input.policy, by, options.privileged),
      model: modelOf(input.policy, options, root, context.folder),
      evaluation,
      ...tables,
      output: await freeFile(options.output, context.folder),
      outputJudge: await freeFile(options.outputJudge, context.folder),
      drafts,
      context,
    });
  } finally {
    await rm(drafts, { recursive: true, force: true });
  }
};

const refused = (message: string): SluiceError => new SluiceError('invalid_request', message);

const tableOf = (path: string, folder: string): TableFile => ({
  path,
  name: relative(folder, path),
});

/** Groups come from --by, or from the one protected column that the policy has. */
const columnsOf = ({ columns }: Policy, { by }: MitigationOptions): readonly string[] => {
  const twice = by.find((name, index) => by.indexOf(name) !== index);
  if (twice !== undefined) throw refused(`--by ${twice} stands there twice.`);
  if (by.length > 0) return by;
  const names = columns.protected.map(({ name }) => name);
  if (names.length === 1) return names;
  throw refused(
    names.length === 0
      ? 'The policy lists no protected column; name one with --by.'
      : `The policy lists several protected columns; name one with --by, or several for their intersections: ${names.join(', ')}.`,
  );
};

const withProtected = (
  policy: Policy,
  by: readonly string[],
  privileged: string | undefined,
): Policy => {
  const known = policy.columns.protected;
  const asked = (name: string) =>
    privileged === undefined || by.length > 1 || by[0] !== name ? {} : { privileged };
  const all = [
    ...known.map((column) => ({ ...column, ...asked(column.name) })),
    ...by
      .filter((name) => !known.some((column) => column.name === name))
      .map((name) => ({ name, ...asked(name) })),
  ];
  return { ...policy, columns: { ...policy.columns, protected: all } };
};

const modelOf = (
  policy: Policy,
  { artifact }: MitigationOptions,
  root: string,
  folder: string,
): string | null => {
  if (policy.artifact !== undefined)
    return artifact === undefined ? join(root, policy.artifact) : resolve(folder, artifact);
  if (artifact !== undefined)
    throw refused(
      '--artifact needs a policy with an artifact; the data of this one holds the predictions.',
    );
  return null;
};

/** The rows that something was fitted to are no evidence of what it does. */
const refuseSameTable = async (fit: TableFile | null, judge: TableFile | null): Promise<void> => {
  if (fit === null || judge === null) return;
  const same = async ({ path }: TableFile): Promise<string> =>
    realpath(path).catch(() => resolve(path));
  if ((await same(fit)) === (await same(judge)))
    throw refused(
      `${fit.name} cannot be both fitted to and judged by: it would flatter the result. Give another file, or leave out --fit and --judge to have the evaluation data split in two.`,
    );
};

/** An output is never written over; said before minutes of work, not after. */
const freeFile = async (file: string | undefined, folder: string): Promise<string | null> => {
  if (file === undefined) return null;
  const path = resolve(folder, file);
  if (await exists(path))
    throw refused(`${file} is there already, and nothing is written over. Name another file.`);
  if (!(await exists(dirname(path)))) throw refused(`There is no folder for ${file}.`);
  return path;
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

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

/** The group of a row's values that the user means by one word: `--privileged`, or the policy's privileged group. */
export const privilegedGroup = (
  { by, policy }: Pick<Workplace, 'by' | 'policy'>,
  groups: readonly (readonly string[])[],
): readonly string[] => {
  const [column = ''] = by;
  const found = policy.columns.protected.find(({ name }) => name === column)?.privileged;
  if (by.length > 1)
    throw refused('reject-option compares the groups of one column; give --by once.');
  if (found === undefined)
    throw refused(
      `reject-option favours all others over a privileged group; name it with --privileged, one of: ${groups.map(([name]) => name).join(', ')}.`,
    );
  const group = groups.find(([name]) => name === found);
  if (group !== undefined) return group;
  const near = nearestName(
    found,
    groups.map(([name = '']) => name),
  );
  throw refused(
    `The privileged group ${JSON.stringify(found)} does not occur in ${column}.${near === undefined ? '' : ` Did you mean ${JSON.stringify(near)}?`}`,
  );
};
