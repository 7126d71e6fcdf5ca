import { parsePolicy, SluiceError } from '@sluice/contracts';
import { calibratedCosts, constraints, rerankings } from '@sluice/evaluation';
import { Command, InvalidArgumentError, Option } from 'commander';
import { positiveInteger, positiveNumber, share } from '../arguments.js';
import type { Context } from '../context.js';
import {
  methods,
  type GroupShare,
  type MitigationOptions,
} from '../mitigate/mitigation-options.js';
import { mitigateInThread, type MitigationNote } from '../mitigate/mitigation-thread.js';
import { withTask } from '../mitigate/prepare-task.js';
import { renderMitigation } from '../mitigate/render-mitigation.js';
import { readPolicy } from '../policy-file.js';
import { plain } from '../terminal.js';

const several = (value: string, before: readonly string[]): string[] => [...before, value];

const groupShares = (value: string, before: readonly GroupShare[]): GroupShare[] => {
  const at = value.lastIndexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected a group and its share, such as female=0.5.');
  return [...before, { group: value.slice(0, at), share: share(value.slice(at + 1)) }];
};

/** `sluice mitigate`: what can be done about a bias, fitted to some rows and judged by others. */
export const mitigateCommand = (
  context: Context,
  run: typeof mitigateInThread = mitigateInThread,
): Command =>
  new Command('mitigate')
    .description('reduce a bias in data or decisions, and see what it costs, before and after')
    .argument('[policy]', 'the policy; its paths start at its folder', 'sluice.yaml')
    .addOption(
      new Option('--method <method>', 'what to do about it').choices(methods).makeOptionMandatory(),
    )
    .addOption(
      new Option(
        '--by <column>',
        'the column that groups come from; several for their intersections',
      )
        .argParser(several)
        .default([], "the policy's protected column"),
    )
    .option(
      '--fit <data>',
      'the table to fit to: a file, a folder or a pattern, here or in S3, as in data.evaluation',
    )
    .option(
      '--judge <data>',
      "the table to judge by, likewise (default: the policy's evaluation data)",
    )
    .option(
      '--fit-predictions <data>',
      'a table of its own with the scores or predictions for --fit, joined by columns.key',
    )
    .option('--judge-predictions <data>', 'the same for --judge')
    .addOption(
      new Option(
        '--allow-s3 <location>',
        'let data be read at or below s3://bucket/prefix; may be given several times',
      )
        .argParser(several)
        .default([], 'none'),
    )
    .option('--output <file>', 'write the new model or table there; nothing is written over')
    .option('--output-judge <file>', 'write the judged table there, changed in the same way')
    .addOption(
      new Option('--constraint <constraint>', 'what is to be equal among groups')
        .choices(constraints)
        .default('demographic_parity'),
    )
    .addOption(
      new Option('--objective <objective>', 'what to be best at as long as the constraint holds')
        .choices(['accuracy', 'balanced_accuracy'])
        .default('accuracy'),
    )
    .option(
      '--false-negative-cost <number>',
      'with the next: the objective is the cost',
      positiveNumber,
    )
    .option('--false-positive-cost <number>', 'of a wrong favorable label', positiveNumber)
    .option(
      '--tolerance <share>',
      'the largest difference that is left between groups (default: 0.02; of reject-option 0.05)',
      share,
    )
    .addOption(
      new Option(
        '--cost <cost>',
        'calibrated-odds: the generalized error rate that is to be equal, or both of them weighed by base rates',
      )
        .choices(calibratedCosts)
        .default('weighted'),
    )
    .option('--size <number>', 'reranking: how many rows to list', positiveInteger)
    .addOption(
      new Option(
        '--share <group=share>',
        'reranking: the part of the list that a group is to have; for each group',
      )
        .argParser(groupShares)
        .default([], 'as among the rows'),
    )
    .addOption(
      new Option('--reranking <method>', 'how the list is put together')
        .choices(rerankings)
        .default('constrained'),
    )
    .option('--randomized', 'group-thresholds: meet the constraint exactly, some rows by lot')
    .addOption(
      new Option('--unseen <what>', 'what a model does with groups that the fit has not seen')
        .choices(['refuse', 'keep'])
        .default('refuse'),
    )
    .option('--privileged <group>', "the privileged group (default: the policy's)")
    .addOption(
      new Option('--feature <column>', 'a numeric column to change; several if need be')
        .argParser(several)
        .default([], 'none'),
    )
    .option('--level <share>', 'how far to change features, from 0 to 1', share, 1)
    .option(
      '--column <name>',
      'the name of the new column: weight, mitigated_prediction, mitigated_score or rank',
    )
    .option('--artifact <file>', "start from this ONNX model instead of the policy's")
    .option('--seed <number>', 'decides the split and the lots', positiveInteger, 1)
    .option('--json', 'print the result as one JSON document')
    .addHelpText(
      'after',
      `
Methods:
  reweighing                 a column of weights to train again with
  disparate-impact-remover   features whose distribution is the same in all groups
  correlation-remover        features that are not correlated with groups
  group-thresholds           a model with a threshold for each group
  equalized-odds             a model that turns some of its predictions, by lot
  calibrated-odds            a model that gives up some of its scores, by lot, and stays calibrated
  reject-option              a model that favours the others where it is least sure
  reranking                  a list of the best rows that has each group's share from the top on

Exit codes: 0 done, 2 bad input or an error. Whether the gate passes is for sluice evaluate to say.

Examples:
  $ sluice mitigate --method group-thresholds --by age_group --fit data/train.parquet \\
      --output proposals/mitigated.onnx
  $ sluice mitigate --method reweighing --by age_group --by sex --fit data/train.parquet \\
      --output data/weighed.parquet`,
    )
    .action(async (policyFile: string, options: MitigationOptions) => {
      const { terminal, folder } = context;
      const policy = parsePolicy(await readPolicy(policyFile, folder), policyFile);
      if (policy.task !== 'binary-classification')
        throw new SluiceError(
          'invalid_request',
          `Mitigation is of binary classification, and the policy is of ${policy.task}.`,
        );
      const onNote = (note: MitigationNote): void =>
        note.kind === 'progress'
          ? terminal.progress(plain(note.text))
          : terminal.note(`${terminal.noteColors.yellow('warning:')} ${plain(note.text)}`);
      const result = await withTask({ options, policy, policyFile, context }, (task) =>
        run(task, { onNote, signal: context.signal }),
      );
      terminal.progress(null);
      terminal.print(
        options.json ? JSON.stringify(result, null, 2) : renderMitigation(result, terminal.colors),
      );
      for (const path of result.outputs) terminal.note(`Written: ${plain(path)}`);
    });
