import { dirname, join, resolve } from 'node:path';
import { digestOfDataset, manifestOf } from '@sluice/artifacts';
import {
  manifestDigest,
  policyDigest,
  SluiceError,
  type Digest,
  type Policy,
  type VerdictSubject,
} from '@sluice/contracts';
import {
  endpointProtocols,
  parseTrinoAddress,
  trinoCredentials,
  type EndpointProtocol,
  type EndpointSource,
  type EvaluationProgress,
  type EvaluationThread,
} from '@sluice/engine';
import { Option, type Command } from 'commander';
import type { Context } from './context.js';
import { LocatedData } from './located-data.js';
import { plain } from './terminal.js';

/** What is profiled: the policy's data or another, by which models, in files or in a table. */
export interface ProfilingOptions {
  readonly policy: string;
  readonly champion?: string;
  readonly artifact?: string;
  readonly endpoint?: string;
  readonly protocol?: EndpointProtocol;
  readonly classes?: string;
  readonly engine?: string;
  readonly table?: string;
  /** In place of the policy's, where only a part of a table is profiled. */
  readonly data?: string;
  readonly predictions?: string;
  readonly allowS3: readonly string[];
}

/** Adds the options of which models score which rows. */
export const withProfiling = (command: Command): Command =>
  command
    .option('--champion <file>', 'the ONNX model to compare with, for checks against the champion')
    .option('--artifact <file>', "evaluate this ONNX model instead of the policy's")
    .option(
      '--endpoint <url>',
      "take the scores from a running model instead of the policy's file; its token is SLUICE_ENDPOINT_TOKEN",
    )
    .addOption(
      new Option(
        '--protocol <name>',
        'what the endpoint speaks: Open Inference Protocol v2, or MLflow /invocations',
      )
        .choices(endpointProtocols)
        .default('oip'),
    )
    .option('--classes <list>', 'the labels in the order of an endpoint with two scores a row, a,b')
    .option(
      '--engine <address>',
      'evaluate a scored table where it is: trino://user@host:port/catalog/schema',
    )
    .option('--table <name>', 'with --engine: the table, in place of data.evaluation')
    .addOption(
      new Option(
        '--allow-s3 <location>',
        'let the policy read data at or below s3://bucket/prefix; may be given several times',
      )
        .argParser((location: string, before: readonly string[]) => [...before, location])
        .default([], 'none'),
    );

export interface EvaluationAttention {
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly signal: AbortSignal;
}

/** How whoever evaluates hears of progress, and is stopped. */
export const attentionOf = ({ terminal, signal }: Context): EvaluationAttention => ({
  onProgress: (progress) => terminal.progress(progressLine(progress)),
  signal,
});

/** Where a profile is made. */
interface Place {
  readonly thread: EvaluationThread;
  readonly attention: EvaluationAttention;
  /** Whether it is to be merged with those of other parts of a table. */
  readonly mergeable: boolean;
}

type Profiling = (
  policy: Policy,
  options: ProfilingOptions,
  context: Context,
  at: Place,
) => Promise<VerdictSubject>;

/**
 * Makes the profile in the thread, where it stays.
 *
 * @returns what a verdict on it is bound to
 * @throws SluiceError `invalid_request` for options that contradict each other; as the thread does
 */
export const profileBy: Profiling = (policy, options, context, at) =>
  options.engine === undefined && options.table === undefined
    ? profileFiles(policy, options, context, at)
    : profileTable(policy, options, context, at);

const profileFiles: Profiling = async (policy, options, context, at) => {
  const files = filesOf(policy, options, context.folder);
  const located = new LocatedData(files.root, options.allowS3, context);
  try {
    return await profileData(policy, options, context, { ...at, files, located });
  } finally {
    await located.close();
  }
};

const profileData = async (
  policy: Policy,
  options: ProfilingOptions,
  { terminal, environment }: Context,
  {
    thread,
    attention,
    mergeable,
    files,
    located,
  }: Place & { files: LocalFiles; located: LocatedData },
): Promise<VerdictSubject> => {
  const { data } = policy;
  const place = (key: 'evaluation' | 'predictions', given: string | undefined) =>
    given === undefined
      ? located.find(data[key] as string, `data.${key}`)
      : located.given(given, key === 'evaluation' ? '--data' : '--predictions');
  const dataset = await place('evaluation', options.data);
  const predictions =
    data.predictions === undefined ? null : await place('predictions', options.predictions);
  const reference =
    data.reference === undefined ? null : await located.find(data.reference, 'data.reference');
  // First, since it knows all faults of data and models at once.
  const { warnings } = await thread.profile(
    {
      policy: policyOfPart(policy, options),
      mergeable,
      dataset: { files: dataset },
      ...(predictions === null ? {} : { predictions: { files: predictions } }),
      ...(reference === null ? {} : { reference: { files: reference } }),
      model: files.model === null ? undefined : { path: files.model },
      endpoint: endpointOf(options, environment),
      champion: files.champion === null ? null : { path: files.champion },
    },
    attention,
  );
  for (const warning of warnings)
    terminal.note(`${terminal.noteColors.yellow('warning:')} ${plain(warning)}`);
  return {
    model: policy.model,
    version: await artifactDigest(files.model),
    champion: await artifactDigest(files.champion),
    datasets: {
      evaluation: await digestOfDataset(dataset),
      ...(reference === null ? {} : { reference: await digestOfDataset(reference) }),
      ...(predictions === null ? {} : { predictions: await digestOfDataset(predictions) }),
    },
    policy: policyDigest(policy),
  };
};

/** A table is evaluated where it is: it was scored before, and no file of the policy is read. */
const profileTable: Profiling = async (
  policy,
  { engine, table, artifact, champion, endpoint, data, predictions },
  { terminal, environment },
  { thread, attention, mergeable },
) => {
  const refused = (message: string) => new SluiceError('invalid_request', message);
  if (engine === undefined) throw refused('--table needs --engine beside it.');
  if (table === undefined) throw refused('--engine needs --table beside it.');
  const [beside] = Object.entries({ artifact, champion, endpoint, data, predictions }).find(
    ([, given]) => given !== undefined,
  ) ?? [null];
  if (beside !== null)
    throw refused(
      `--${beside} cannot stand beside --engine, which runs no models and reads no files.`,
    );
  const address = parseTrinoAddress(engine);
  const credentials = trinoCredentials(environment, address);
  const { digest } = await thread.profileTable(
    { policy, address, credentials, table, mergeable },
    {
      onProgress: ({ done }) => terminal.progress(`counting in Trino … query ${done}`),
      signal: attention.signal,
    },
  );
  terminal.note(
    `${terminal.noteColors.yellow('note:')} the verdict's dataset is the digest of what was counted in ${plain(table)}, not of its bytes.`,
  );
  return {
    model: policy.model,
    version: null,
    champion: null,
    datasets: { evaluation: digest },
    policy: policyDigest(policy),
  };
};

/** The endpoint, which the command line alone names: a policy may come from a stranger. */
const endpointOf = (
  { endpoint, protocol = 'oip', classes }: ProfilingOptions,
  environment: NodeJS.ProcessEnv,
): EndpointSource | undefined => {
  if (endpoint === undefined) return undefined;
  const token = environment['SLUICE_ENDPOINT_TOKEN'];
  return {
    url: endpoint,
    protocol,
    token: token === '' ? undefined : token,
    classes: classes?.split(','),
  };
};

interface LocalFiles {
  /** The folder of the policy. */
  readonly root: string;
  readonly model: string | null;
  readonly champion: string | null;
}

/** Paths in the policy start at its folder; paths on the command line where the command is run. */
const filesOf = (
  policy: Policy,
  { policy: policyFile, artifact, champion, endpoint, predictions }: ProfilingOptions,
  folder: string,
): LocalFiles => {
  const given = Object.entries({ artifact, champion, endpoint }).find(([, value]) => value);
  if (policy.artifact === undefined && given !== undefined)
    throw new SluiceError(
      'invalid_request',
      `--${given[0]} needs a policy with an artifact; the data of this one holds the predictions.`,
    );
  if (policy.data.predictions === undefined && predictions !== undefined)
    throw new SluiceError(
      'invalid_request',
      '--predictions needs a policy that names data.predictions.',
    );
  if (artifact !== undefined && endpoint !== undefined)
    throw new SluiceError('invalid_request', 'Give either --artifact or --endpoint, not both.');
  const root = dirname(resolve(folder, policyFile));
  return {
    root,
    model:
      policy.artifact === undefined || endpoint !== undefined
        ? null
        : artifact === undefined
          ? join(root, policy.artifact)
          : resolve(folder, artifact),
    champion: champion === undefined ? null : resolve(folder, champion),
  };
};

/** The policy with what is read in place of its data, which faults name. Its digest is that of another. */
const policyOfPart = (policy: Policy, { data, predictions }: ProfilingOptions): Policy => ({
  ...policy,
  data: {
    ...policy.data,
    ...(data !== undefined && { evaluation: data }),
    ...(predictions !== undefined && { predictions }),
  },
});

/** As the registry computes it, so that the same model has the same digest in both verdicts. */
const artifactDigest = async (path: string | null): Promise<Digest | null> =>
  path === null ? null : manifestDigest(await manifestOf(path));

const steps = {
  survey: 'reading the data',
  score: 'scoring rows',
  rank: 'ranking scores',
  neighbours: 'comparing similar rows',
  drift: 'comparing with the reference',
  measure: 'measuring, with intervals',
} as const;

const progressLine = ({ step, done, total }: EvaluationProgress): string =>
  `${steps[step]} … ${total === 0 ? 0 : Math.floor((100 * done) / total)} %`;
