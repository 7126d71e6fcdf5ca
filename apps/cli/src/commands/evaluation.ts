import { formatFault, type Evaluation } from '@sluice/contracts';
import { renderVerdictText } from '@sluice/report';
import { Command } from 'commander';
import { uuid } from '../arguments.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { plain, type Terminal } from '../terminal.js';

/** `sluice evaluation ID`: the verdict of an evaluation, or why there is none. */
export const evaluationCommand = (context: Context): Command =>
  withConnection(new Command('evaluation'))
    .description('show an evaluation and its verdict')
    .argument('<id>', "the evaluation's id, as in the pull request's comment", uuid)
    .addHelpText(
      'after',
      `
The exit code is 0 whatever the verdict says: the question was answered.

Examples:
  $ sluice evaluation 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55
  $ sluice evaluation 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --json | jq .verdict`,
    )
    .action(async (id: string, options: ConnectionOptions) => {
      const { terminal } = context;
      const evaluation = await connect(options, context).evaluation(id);
      if (options.json) return terminal.print(JSON.stringify(evaluation, null, 2));
      terminal.print(describe(evaluation, terminal));
    });

const describe = (evaluation: Evaluation, { colors }: Terminal): string => {
  const { model, version, champion, verdict, problem, state, progress } = evaluation;
  const against = champion === null ? 'no champion yet' : `champion ${champion}`;
  const heading = colors.bold(`${model} version ${version} against ${against}`);
  if (verdict !== null)
    return `${heading}\n\n${renderVerdictText(verdict, { color: colors.isColorSupported })}`;
  if (problem !== null) {
    const faults = (problem.faults ?? []).map((fault) => `\n  ${plain(formatFault(fault))}`);
    return `${heading}\n${colors.red('no verdict:')} ${plain(problem.detail)}${faults.join('')}`;
  }
  return `${heading}\n${state}${progress === null ? '' : `: ${plain(progress.step)}`}`;
};
