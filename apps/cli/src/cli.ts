import { setMaxListeners } from 'node:events';
import { SluiceError, toProblem } from '@sluice/contracts';
import { Command, CommanderError } from 'commander';
import { approveCommand, rejectCommand } from './commands/decide.js';
import { auditCommand } from './commands/audit.js';
import { evaluateCommand } from './commands/evaluate.js';
import { evaluationCommand } from './commands/evaluation.js';
import { keysCommand } from './commands/keys.js';
import { mitigateCommand } from './commands/mitigate.js';
import { modelsCommand } from './commands/models.js';
import { profileCommand } from './commands/profile.js';
import { promoteCommand } from './commands/promote.js';
import { promotionsCommand } from './commands/promotions.js';
import { statusCommand } from './commands/status.js';
import { upCommand } from './commands/up.js';
import { versionsCommand } from './commands/versions.js';
import type { Context } from './context.js';
import { exitCodes, Interrupted, reportFailure } from './failure.js';
import type { Terminal } from './terminal.js';

const commands = [
  evaluateCommand,
  profileCommand,
  mitigateCommand,
  upCommand,
  statusCommand,
  modelsCommand,
  versionsCommand,
  evaluationCommand,
  promoteCommand,
  promotionsCommand,
  approveCommand,
  rejectCommand,
  keysCommand,
  auditCommand,
];

export type CliOptions = Omit<Context, 'exitCode'>;

/** Runs one command line and returns the exit code: 0 ok or pass, 1 fail or refused, 2 bad input or error. */
export const runCli = async (args: readonly string[], options: CliOptions): Promise<number> => {
  const context: Context = { ...options, exitCode: exitCodes.ok };
  const json = args.includes('--json');
  // Each call of the client listens to it, and a wait makes many.
  setMaxListeners(0, options.signal);
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return usageFailure(error, options.terminal, json);
    const interrupted = options.signal.aborted ? new Interrupted() : undefined;
    return reportFailure(interrupted ?? error, options.terminal, json);
  }
};

const createProgram = (context: Context): Command => {
  const { terminal } = context;
  const write = (to: (text: string) => void) => (text: string) => to(text.replace(/\n$/, ''));
  const program = new Command('sluice')
    .description('The gate between a model pull request and production.')
    .version('0.1.0')
    .addHelpText(
      'after',
      `
Exit codes: 0 ok or pass, 1 the gate fails or the registry refuses, 2 bad input or an error.

Examples:
  $ sluice evaluate --policy examples/credit-risk/sluice.yaml
  $ sluice up
  $ sluice status`,
    );
  for (const create of commands) program.addCommand(create(context));
  for (const command of everyCommand(program))
    command
      .exitOverride()
      .configureOutput({ writeOut: write(terminal.print), writeErr: write(terminal.note) })
      .showHelpAfterError(`See ${pathOf(command)} --help.`);
  return program;
};

const everyCommand = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(everyCommand),
];

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** Commander has said on standard error what is wrong with the command line; help was asked for and is no fault. */
const usageFailure = (error: CommanderError, terminal: Terminal, json: boolean): number => {
  if (error.exitCode === 0) return exitCodes.ok;
  if (json) {
    const message = error.message.replace(/^error: /, '');
    const problem = toProblem(new SluiceError('invalid_request', message));
    terminal.print(JSON.stringify(problem, null, 2));
  }
  return exitCodes.error;
};
