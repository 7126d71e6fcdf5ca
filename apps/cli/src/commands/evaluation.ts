import type { Evaluation } from '@sluice/contracts';
import { Command } from 'commander';
import { positiveInteger, uuid } from '../arguments.js';
import { connect, withConnection, type ConnectionOptions } from '../connection.js';
import type { Context } from '../context.js';
import { evaluationText, standingText } from '../evaluation-text.js';
import { exitCodes } from '../failure.js';

/** `sluice evaluation ID`: the verdict of an evaluation, or why there is none; `watch` waits for it, `cancel` ends it. */
export const evaluationCommand = (context: Context): Command =>
  withConnection(new Command('evaluation'))
    .description('show an evaluation and its verdict, wait for it, or cancel it')
    .argument('<id>', "the evaluation's id, as in the pull request's comment", uuid)
    // So that the options after `cancel` are those of `cancel`.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
The exit code is 0 whatever the verdict says: the question was answered.

Examples:
  $ sluice evaluation 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55
  $ sluice evaluation 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --json | jq .verdict
  $ sluice evaluation watch 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55
  $ sluice evaluation cancel 0198c7f2-5d1b-7c3e-9a41-2f6d8e0b7c55 --reason 'the wrong data'`,
    )
    .action(async (id: string, options: ConnectionOptions) => {
      print(await connect(options, context).evaluation(id), options, context);
    })
    .addCommand(watchCommand(context))
    .addCommand(cancelCommand(context));

interface WatchOptions extends ConnectionOptions {
  timeout: number;
}

const watchCommand = (context: Context): Command =>
  withConnection(new Command('watch'))
    .description('wait for the verdict of an evaluation')
    .argument('<id>', "the evaluation's id", uuid)
    .option('--timeout <minutes>', 'how long', positiveInteger, 20)
    .addHelpText('after', '\nExit codes: 0 the gate passes, 1 it fails, 2 there is no verdict.')
    .action(async (id: string, options: WatchOptions) => {
      const { terminal, signal } = context;
      const goesOn = (): void =>
        terminal.note(`The evaluation goes on. To end it: sluice evaluation cancel ${id}`);
      signal.addEventListener('abort', goesOn, { once: true });
      try {
        const evaluation = await connect(options, context).waitForEvaluation(id, {
          signal,
          timeoutMs: options.timeout * 60_000,
          onProgress: (current) => terminal.progress(standingText(current)),
        });
        terminal.progress(null);
        print(evaluation, options, context);
        context.exitCode = exitCodeOf(evaluation);
      } finally {
        signal.removeEventListener('abort', goesOn);
      }
    });

interface CancelOptions extends ConnectionOptions {
  reason: string;
}

const cancelCommand = (context: Context): Command =>
  withConnection(new Command('cancel'))
    .description('end an evaluation without a verdict')
    .argument('<id>', "the evaluation's id", uuid)
    .option('--reason <text>', 'why, for whoever waits for it', '')
    .addHelpText(
      'after',
      '\nExit codes: 0 it is cancelled, 1 it has come to its end already, 2 an error.',
    )
    .action(async (id: string, options: CancelOptions) => {
      print(await connect(options, context).cancelEvaluation(id, options.reason), options, context);
    });

const print = (
  evaluation: Evaluation,
  { json }: ConnectionOptions,
  { terminal }: Context,
): void => {
  terminal.print(json ? JSON.stringify(evaluation, null, 2) : evaluationText(evaluation, terminal));
};

const exitCodeOf = ({ outcome }: Evaluation): number =>
  outcome === null ? exitCodes.error : outcome === 'pass' ? exitCodes.ok : exitCodes.refused;
