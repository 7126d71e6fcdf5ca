import { dirname, join, resolve } from 'node:path';
import { digestOfDataset, manifestOf } from '@sluice/artifacts';
import {
  manifestDigest,
  parsePolicy,
  policyDigest,
  SluiceError,
  type Digest,
  type DriftFigures,
  type Policy,
  type Verdict,
  type VerdictSubject,
} from '@sluice/contracts';
import {
  endpointProtocols,
  EvaluationThread,
  type EndpointProtocol,
  type EndpointSource,
  parseTrinoAddress,
  trinoCredentials,
  type EvaluationProgress,
} from '@sluice/engine';
import { scoreCurves, taskFigures, type Profile } from '@sluice/evaluation';
import { renderVerdictHtml, renderVerdictMarkdown, renderVerdictText } from '@sluice/report';
import { Command, Option } from 'commander';
import type { Context } from '../context.js';
import { exitCodes } from '../failure.js';
import { LocatedData } from '../located-data.js';
import { readPolicy } from '../policy-file.js';
import { checkReportFile, writeReport } from '../report-file.js';
import { plain } from '../terminal.js';

interface Options {
  policy: string;
  champion?: string;
  artifact?: string;
  endpoint?: string;
  protocol?: EndpointProtocol;
  classes?: string;
  engine?: string;
  table?: string;
  allowS3: readonly string[];
  html?: string;
  markdown?: string;
  json?: true;
}

/** `sluice evaluate`: the gate without services. The verdict is, byte for byte, what the registry would hold. */
export const evaluateCommand = (context: Context): Command =>
  new Command('evaluate')
    .description('evaluate a model against its policy, offline; no service is needed')
    .option('--policy <file>', 'the policy; its paths start at its folder', 'sluice.yaml')
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
    .option(
      '--allow-s3 <location>',
      'let the policy read data at or below s3://bucket/prefix; may be given several times',
      (location: string, before: readonly string[]) => [...before, location],
      [] as readonly string[],
    )
    .option('--html <file>', 'write a report for people, one HTML file that needs nothing else')
    .option('--markdown <file>', 'write what the action comments on pull requests')
    .option('--json', 'print the verdict as one JSON document')
    .addHelpText(
      'after',
      `
Exit codes: 0 the gate passes, 1 it fails, 2 there is no verdict.

Environment: SLUICE_TRINO_PASSWORD or SLUICE_TRINO_TOKEN (a JWT) for --engine. SLUICE_ALLOW_S3 allows
places in S3 as --allow-s3 does, several with commas between them; credentials, region and endpoint of
S3 come from where AWS's tools take them, such as AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL_S3.

Examples:
  $ sluice evaluate --policy examples/credit-risk/sluice.yaml
  $ sluice evaluate --policy examples/credit-risk/sluice.yaml \\
      --artifact examples/credit-risk/proposals/fair.onnx \\
      --champion examples/credit-risk/model.onnx
  $ sluice evaluate --policy sluice.yaml --endpoint http://127.0.0.1:8080/v2/models/credit-risk
  $ sluice evaluate --html report.html --markdown comment.md
  $ sluice evaluate --policy sluice.yaml \\
      --engine trino://ann@trino.example.com/hive/risk --table scored_2026
  $ sluice evaluate --policy sluice.yaml --allow-s3 s3://risk-data/holdout
  $ sluice evaluate --policy sluice.yaml --json | jq '.checks[] | select(.outcome == "fail")'`,
    )
    .action(async (options: Options) => {
      const { terminal } = context;
      const fileOf = (given: string | undefined): string | null =>
        given === undefined ? null : resolve(context.folder, given);
      const [html, markdown] = [fileOf(options.html), fileOf(options.markdown)];
      const reports = [html, markdown].filter((file) => file !== null);
      // Before minutes of work, not after.
      for (const file of reports) await checkReportFile(file);
      const evaluated = await evaluateOffline(options, context);
      const { verdict } = evaluated;
      terminal.progress(null);
      if (html !== null) await writeReport(html, htmlOf(evaluated, options));
      if (markdown !== null) {
        const page = { policyFile: options.policy, reproduce: commandOf(options) };
        await writeReport(markdown, renderVerdictMarkdown(verdict, page));
      }
      terminal.print(
        options.json
          ? JSON.stringify(verdict, null, 2)
          : renderVerdictText(verdict, { color: terminal.colors.isColorSupported }),
      );
      for (const file of reports) terminal.note(`The report is in ${plain(file)}`);
      context.exitCode = verdict.outcome === 'pass' ? exitCodes.ok : exitCodes.refused;
    });

interface Evaluated {
  readonly policy: Policy;
  readonly verdict: Verdict;
  readonly profile: Profile;
  readonly drift: DriftFigures | null;
}

const htmlOf = ({ policy, verdict, profile, drift }: Evaluated, options: Options): string => {
  const curves =
    profile.task === 'binary-classification' ? scoreCurves(profile.overall, policy.value) : null;
  const page = {
    policyFile: options.policy,
    reproduce: commandOf(options),
    figures: taskFigures(profile),
  };
  return renderVerdictHtml(verdict, curves, page, drift);
};

const evaluateOffline = async (options: Options, context: Context): Promise<Evaluated> => {
  const policy = parsePolicy(await readPolicy(options.policy, context.folder), options.policy);
  const { terminal, signal } = context;
  const attention: EvaluationAttention = {
    onProgress: (progress) => terminal.progress(progressLine(progress)),
    signal,
  };
  // In a thread, so that Ctrl-C is heard whatever it is at.
  const thread = new EvaluationThread();
  try {
    const profiled =
      options.engine === undefined && options.table === undefined ? profileFiles : profileTable;
    const subject = await profiled(policy, options, context, { thread, attention });
    const { verdict, profile, drift } = await thread.decide(subject, attention);
    return {
      policy,
      verdict: JSON.parse(verdict) as Verdict,
      profile: JSON.parse(profile) as Profile,
      drift,
    };
  } finally {
    await thread.close();
  }
};

interface EvaluationAttention {
  readonly onProgress: (progress: EvaluationProgress) => void;
  readonly signal: AbortSignal;
}

/** Makes the profile in the thread, and says what the verdict is bound to. */
type Profiling = (
  policy: Policy,
  options: Options,
  context: Context,
  at: { readonly thread: EvaluationThread; readonly attention: EvaluationAttention },
) => Promise<VerdictSubject>;

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
  options: Options,
  { terminal, environment }: Context,
  {
    thread,
    attention,
    files,
    located,
  }: Parameters<Profiling>[3] & { files: LocalFiles; located: LocatedData },
): Promise<VerdictSubject> => {
  const { data } = policy;
  const dataset = await located.find(data.evaluation, 'data.evaluation');
  const predictions =
    data.predictions === undefined
      ? null
      : await located.find(data.predictions, 'data.predictions');
  const reference =
    data.reference === undefined ? null : await located.find(data.reference, 'data.reference');
  // First, since it knows all faults of data and models at once.
  const { warnings } = await thread.profile(
    {
      policy,
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
  { engine, table, artifact, champion, endpoint },
  { terminal, environment },
  { thread, attention },
) => {
  const refused = (message: string) => new SluiceError('invalid_request', message);
  if (engine === undefined) throw refused('--table needs --engine beside it.');
  if (table === undefined) throw refused('--engine needs --table beside it.');
  const [beside] = Object.entries({ artifact, champion, endpoint }).find(
    ([, given]) => given !== undefined,
  ) ?? [null];
  if (beside !== null)
    throw refused(`--${beside} cannot stand beside --engine, which runs no models.`);
  const address = parseTrinoAddress(engine);
  const credentials = trinoCredentials(environment, address);
  const { digest } = await thread.profileTable(
    { policy, address, credentials, table },
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

/** The command line that gives this verdict again. */
const commandOf = ({
  policy,
  protocol,
  allowS3,
  html: _html,
  markdown: _markdown,
  json: _json,
  ...given
}: Options): string => {
  const options = {
    ...given,
    protocol: given.endpoint === undefined ? undefined : protocol,
  };
  return [
    'npx sluice evaluate --policy',
    quoted(policy),
    ...allowS3.flatMap((location) => ['--allow-s3', quoted(location)]),
    ...Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, quoted(value)],
    ),
  ].join(' ');
};

/** The endpoint, which the command line alone names: a policy may come from a stranger. */
const endpointOf = (
  { endpoint, protocol = 'oip', classes }: Options,
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

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

interface LocalFiles {
  /** The folder of the policy. */
  readonly root: string;
  readonly model: string | null;
  readonly champion: string | null;
}

/** Paths in the policy start at its folder; paths on the command line where the command is run. */
const filesOf = (
  policy: Policy,
  { policy: policyFile, artifact, champion, endpoint }: Options,
  folder: string,
): LocalFiles => {
  const given = Object.entries({ artifact, champion, endpoint }).find(([, value]) => value);
  if (policy.artifact === undefined && given !== undefined)
    throw new SluiceError(
      'invalid_request',
      `--${given[0]} needs a policy with an artifact; the data of this one holds the predictions.`,
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
