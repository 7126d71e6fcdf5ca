import { resolve } from 'node:path';
import {
  parsePolicy,
  SluiceError,
  type DriftFigures,
  type Policy,
  type Verdict,
  type VerdictSubject,
} from '@sluice/contracts';
import { EvaluationThread } from '@sluice/engine';
import { scoreCurves, taskFigures, type Profile } from '@sluice/evaluation';
import { renderVerdictHtml, renderVerdictMarkdown, renderVerdictText } from '@sluice/report';
import { Command } from 'commander';
import type { Context } from '../context.js';
import { exitCodes } from '../failure.js';
import { readPolicy } from '../policy-file.js';
import { attentionOf, profileBy, withProfiling, type ProfilingOptions } from '../profiling.js';
import { checkOutput, writeOutput } from '../output-file.js';
import { plain } from '../terminal.js';

interface Options extends ProfilingOptions {
  profile?: readonly string[];
  html?: string;
  markdown?: string;
  json?: true;
}

/** `sluice evaluate`: the gate without services. The verdict is, byte for byte, what the registry would hold. */
export const evaluateCommand = (context: Context): Command =>
  withProfiling(new Command('evaluate'))
    .description('evaluate a model against its policy, offline; no service is needed')
    .option('--policy <file>', 'the policy; its paths start at its folder', 'sluice.yaml')
    .option(
      '--profile <files...>',
      'decide on the profiles of all parts of a table, which sluice profile made',
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
  $ sluice evaluate --profile january.json february.json
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
      for (const file of reports) await checkOutput(file);
      const evaluated = await evaluateOffline(options, context);
      const { verdict } = evaluated;
      terminal.progress(null);
      if (html !== null) await writeOutput(html, htmlOf(evaluated, options));
      if (markdown !== null) {
        const page = { policyFile: options.policy, reproduce: commandOf(options) };
        await writeOutput(markdown, renderVerdictMarkdown(verdict, page));
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
  const attention = attentionOf(context);
  // In a thread, so that Ctrl-C is heard whatever it is at.
  const thread = new EvaluationThread();
  try {
    const { profile: files } = options;
    const subject =
      files === undefined
        ? await profileBy(policy, options, context, { thread, attention, mergeable: false })
        : await mergeFiles(policy, { ...options, profile: files }, context, thread);
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

/** The profiles were made before, of parts: nothing is scored, and no data is read. */
const mergeFiles = async (
  policy: Policy,
  {
    profile,
    artifact,
    champion,
    endpoint,
    engine,
    table,
  }: Options & { readonly profile: readonly string[] },
  { folder, terminal, signal }: Context,
  thread: EvaluationThread,
): Promise<VerdictSubject> => {
  const [beside] =
    Object.entries({ artifact, champion, endpoint, engine, table }).find(
      ([, given]) => given !== undefined,
    ) ?? [];
  if (beside !== undefined)
    throw new SluiceError(
      'invalid_request',
      `--${beside} cannot stand beside --profile: it belongs to sluice profile, which made these.`,
    );
  const files = profile.map((name) => ({ name, path: resolve(folder, name) }));
  const subject = await thread.mergeParts({ policy, files }, { signal });
  if (files.length > 1)
    terminal.note(
      `${terminal.noteColors.yellow('note:')} the verdict's dataset is the digest of those of all ${files.length} parts.`,
    );
  return subject;
};

/** The command line that gives this verdict again. */
const commandOf = ({
  policy,
  protocol,
  allowS3,
  profile,
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
    ...(profile === undefined ? [] : ['--profile', ...profile.map(quoted)]),
    ...Object.entries(options).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, quoted(value)],
    ),
  ].join(' ');
};

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
