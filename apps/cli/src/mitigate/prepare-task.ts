import { rmSync } from 'node:fs';
import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { parseS3Location, SluiceError, type Policy } from '@sluice/contracts';
import type { DatasetSource } from '@sluice/engine';
import type { Context } from '../context.js';
import { LocatedData } from '../located-data.js';
import { checkOptions } from './check-options.js';
import type { MitigationOptions } from './mitigation-options.js';
import type { MitigationTask } from './workplace.js';

/** What the command line and the policy say. */
export interface MitigationInput {
  readonly options: MitigationOptions;
  readonly policy: Policy;
  readonly policyFile: string;
  readonly context: Context;
}

/**
 * Prepares a task: checks options, finds files, fetches those that are in S3; and clears up after it.
 *
 * @throws SluiceError `invalid_request` for options that contradict each other or the policy, and for an output that
 *   exists, before any row is read; for data as `LocatedData` does
 */
export const withTask = async <Result>(
  input: MitigationInput,
  work: (task: MitigationTask) => Promise<Result>,
): Promise<Result> => {
  const { options, policy, context } = input;
  const by = columnsOf(policy, options);
  checkOptions(options, policy);
  const root = dirname(resolve(context.folder, input.policyFile));
  const model = modelOf(policy, options, root, context.folder);
  const output = await freeFile(options.output, context.folder);
  const outputJudge = await freeFile(options.outputJudge, context.folder);
  const drafts = await mkdtemp(join(tmpdir(), `sluice-mitigate-${process.pid}-`));
  // Whoever presses Ctrl-C twice ends the process in the middle.
  const removeNow = (): void => rmSync(drafts, { recursive: true, force: true });
  process.once('exit', removeNow);
  const located = new LocatedData(root, options.allowS3, context);
  try {
    return await work({
      options,
      by,
      policy: withProtected(policy, by, options.privileged),
      model,
      ...(await tablesOf(input, located, root)),
      output,
      outputJudge,
      drafts,
    });
  } finally {
    await located.close();
    process.off('exit', removeNow);
    await rm(drafts, { recursive: true, force: true });
  }
};

const refused = (message: string): SluiceError => new SluiceError('invalid_request', message);

/** The tables that are read; each is found, or fetched, once. */
const tablesOf = async (
  { options, policy, context }: MitigationInput,
  located: LocatedData,
  root: string,
): Promise<Pick<MitigationTask, 'evaluation' | 'fit' | 'judge'>> => {
  const { data } = policy;
  await refuseSameLocation(options, policy, root, context.folder);
  const given = async (of: 'fit' | 'judge'): Promise<DatasetSource | null> => {
    const { [of]: location, [`${of}Predictions` as const]: beside } = options;
    if (location === undefined) return null;
    return {
      files: await located.given(location, `--${of}`),
      name: location,
      ...(beside === undefined
        ? {}
        : besideOf(policy, beside, await located.given(beside, `--${of}-predictions`))),
    };
  };
  const evaluation = async (): Promise<DatasetSource> => ({
    files: await located.find(data.evaluation, 'data.evaluation'),
    name: nameOf(data.evaluation, root, context.folder),
    ...(data.predictions === undefined
      ? {}
      : besideOf(
          policy,
          data.predictions,
          await located.find(data.predictions, 'data.predictions'),
        )),
  });
  const tables = { fit: await given('fit'), judge: await given('judge') };
  const found = tables.fit === null || tables.judge === null ? await evaluation() : null;
  await refuseSharedFiles(tables.fit, tables.judge ?? found);
  if (tables.fit === null) await refuseSharedFiles(tables.judge, found);
  return { ...tables, evaluation: found };
};

const besideOf = (
  { columns: { key, score, prediction } }: Policy,
  name: string,
  files: DatasetSource['files'],
): Pick<DatasetSource, 'predictions'> => {
  if (key === undefined)
    throw refused(
      'Predictions of their own are joined by columns.key, and the policy names none; see data.predictions.',
    );
  return { predictions: { files, name, columns: { key, score, prediction } } };
};

/** What a location of the policy is called where the command is run. */
const nameOf = (location: string, root: string, folder: string): string =>
  parseS3Location(location) === undefined ? relative(folder, join(root, location)) : location;

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

const flattering = (name: string): SluiceError =>
  refused(
    `${name} cannot be both fitted to and judged by: it would flatter the result. Give another file, or leave out --fit and --judge to have the evaluation data split in two.`,
  );

/** Said before anything is fetched. */
const refuseSameLocation = async (
  { fit, judge }: MitigationOptions,
  { data }: Policy,
  root: string,
  folder: string,
): Promise<void> => {
  const at = (location: string, start: string): string =>
    parseS3Location(location) === undefined
      ? resolve(start, location)
      : location.replace(/\/$/, '');
  const evaluation = at(data.evaluation, root);
  const [fitted, judged] = [fit, judge].map((location) => location && at(location, folder));
  if (fitted !== undefined && fitted === (judged ?? evaluation)) throw flattering(fit as string);
  if (fitted === undefined && judged === evaluation) throw flattering(judge as string);
};

/** The rows that something was fitted to are no evidence of what it does. */
const refuseSharedFiles = async (
  fit: DatasetSource | null,
  judge: DatasetSource | null,
): Promise<void> => {
  if (fit === null || judge === null) return;
  const known = new Set<string>();
  for (const file of fit.files) known.add(await identityOf(file));
  for (const file of judge.files)
    if (known.has(await identityOf(file))) throw flattering(file.name);
};

/** Copies of one object in S3 are one file. */
const identityOf = async ({ path, name }: DatasetSource['files'][number]): Promise<string> =>
  parseS3Location(name) === undefined ? realpath(path).catch(() => resolve(path)) : name;

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
