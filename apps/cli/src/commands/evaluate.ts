import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { manifestOf } from '@sluice/artifacts';
import {
  manifestDigest,
  parsePolicy,
  policyDigest,
  SluiceError,
  type Digest,
  type DriftFigures,
  type Policy,
  type Verdict,
} from '@sluice/contracts';
import { digestOfFile, EvaluationThread, type EvaluationProgress } from '@sluice/engine';
import { scoreCurves, type Profile } from '@sluice/evaluation';
import { renderVerdictHtml, renderVerdictText } from '@sluice/report';
import { Command } from 'commander';
import type { Context } from '../context.js';
import { exitCodes } from '../failure.js';
import { checkReportFile, writeReport } from '../report-file.js';
import { plain } from '../terminal.js';

interface Options {
  policy: string;
  champion?: string;
  artifact?: string;
  html?: string;
  json?: true;
}

/** `sluice evaluate`: the gate without services. The verdict is, byte for byte, what the registry would hold. */
export const evaluateCommand = (context: Context): Command =>
  new Command('evaluate')
    .description('evaluate a model against its policy, offline; no service is needed')
    .requiredOption(
      '--policy <file>',
      'the policy, usually sluice.yaml; its paths start at its folder',
    )
    .option('--champion <file>', 'the ONNX model to compare with, for checks against the champion')
    .option('--artifact <file>', "evaluate this ONNX model instead of the policy's")
    .option('--html <file>', 'write a report for people, one HTML file that needs nothing else')
    .option('--json', 'print the verdict as one JSON document')
    .addHelpText(
      'after',
      `
Exit codes: 0 the gate passes, 1 it fails, 2 there is no verdict.

Examples:
  $ sluice evaluate --policy examples/credit-risk/sluice.yaml
  $ sluice evaluate --policy examples/credit-risk/sluice.yaml \\
      --artifact examples/credit-risk/proposals/fair.onnx \\
      --champion examples/credit-risk/model.onnx
  $ sluice evaluate --policy sluice.yaml --html report.html
  $ sluice evaluate --policy sluice.yaml --json | jq '.checks[] | select(.outcome == "fail")'`,
    )
    .action(async (options: Options) => {
      const { terminal } = context;
      const report = options.html === undefined ? null : resolve(context.folder, options.html);
      // Before minutes of work, not after.
      if (report !== null) await checkReportFile(report);
      const { verdict, profile, drift } = await evaluateOffline(options, context);
      terminal.progress(null);
      if (report !== null) {
        const curves = scoreCurves(profile.overall);
        const page = { policyFile: options.policy, reproduce: commandOf(options) };
        await writeReport(report, renderVerdictHtml(verdict, curves, page, drift));
      }
      terminal.print(
        options.json
          ? JSON.stringify(verdict, null, 2)
          : renderVerdictText(verdict, { color: terminal.colors.isColorSupported }),
      );
      if (report !== null) terminal.note(`The report is in ${plain(report)}`);
      context.exitCode = verdict.outcome === 'pass' ? exitCodes.ok : exitCodes.refused;
    });

const evaluateOffline = async (
  options: Options,
  context: Context,
): Promise<{ verdict: Verdict; profile: Profile; drift: DriftFigures | null }> => {
  const { terminal, signal } = context;
  const policy = parsePolicy(await readPolicy(options.policy, context.folder), options.policy);
  const files = filesOf(policy, options, context.folder);
  const attention = {
    onProgress: (progress: EvaluationProgress) => terminal.progress(progressLine(progress)),
    signal,
  };
  // In a thread, so that Ctrl-C is heard whatever it is at.
  const thread = new EvaluationThread();
  try {
    // First, since it knows all faults of data and models at once.
    const { warnings } = await thread.profile(
      {
        policy,
        dataset: { path: files.dataset },
        ...(files.reference === null ? {} : { reference: { path: files.reference } }),
        model: files.model === null ? undefined : { path: files.model },
        champion: files.champion === null ? null : { path: files.champion },
      },
      attention,
    );
    for (const warning of warnings)
      terminal.note(`${terminal.noteColors.yellow('warning:')} ${plain(warning)}`);
    const subject = {
      model: policy.model,
      version: await artifactDigest(files.model),
      champion: await artifactDigest(files.champion),
      datasets: {
        evaluation: await digestOfFile(files.dataset),
        ...(files.reference === null ? {} : { reference: await digestOfFile(files.reference) }),
      },
      policy: policyDigest(policy),
    };
    const { verdict, profile, drift } = await thread.decide(subject, attention);
    return {
      verdict: JSON.parse(verdict) as Verdict,
      profile: JSON.parse(profile) as Profile,
      drift,
    };
  } finally {
    await thread.close();
  }
};

/** The command line that gives this verdict again. */
const commandOf = ({ policy, artifact, champion }: Options): string =>
  [
    'npx sluice evaluate --policy',
    quoted(policy),
    ...(artifact === undefined ? [] : ['--artifact', quoted(artifact)]),
    ...(champion === undefined ? [] : ['--champion', quoted(champion)]),
  ].join(' ');

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const readPolicy = async (file: string, folder: string): Promise<string> => {
  try {
    return await readFile(resolve(folder, file), 'utf8');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const message = missing ? 'there is no such file' : (cause as Error).message;
    const faults = [{ file, message }];
    throw new SluiceError('invalid_policy', 'The policy cannot be read.', { faults, cause });
  }
};

/** Paths in the policy start at its folder; paths on the command line where the command is run. */
const filesOf = (
  policy: Policy,
  { policy: policyFile, artifact, champion }: Options,
  folder: string,
): {
  dataset: string;
  reference: string | null;
  model: string | null;
  champion: string | null;
} => {
  if (policy.artifact === undefined && (artifact ?? champion) !== undefined)
    throw new SluiceError(
      'invalid_request',
      `${artifact === undefined ? '--champion' : '--artifact'} needs a policy with an artifact; the data of this one holds the predictions.`,
    );
  const root = dirname(resolve(folder, policyFile));
  return {
    dataset: join(root, policy.data.evaluation),
    reference: policy.data.reference === undefined ? null : join(root, policy.data.reference),
    model:
      policy.artifact === undefined
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
  drift: 'comparing with the reference',
  measure: 'measuring, with intervals',
} as const;

const progressLine = ({ step, done, total }: EvaluationProgress): string =>
  `${steps[step]} … ${total === 0 ? 0 : Math.floor((100 * done) / total)} %`;
