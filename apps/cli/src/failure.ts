import {
  formatFault,
  SluiceError,
  toProblem,
  type ErrorCode,
  type Problem,
} from '@sluice/contracts';
import { EmbeddedError } from '@sluice/embedded';
import { plain, type Terminal } from './terminal.js';

/** What every command ends with. */
export const exitCodes = { ok: 0, refused: 1, error: 2, interrupted: 130 } as const;

/** The input was fine and so was the registry: its answer is no. */
const refusals: ReadonlySet<ErrorCode> = new Set([
  'forbidden',
  'conflict',
  'verdict_missing',
  'verdict_stale',
  'precondition_failed',
]);

/** Thrown when someone pressed Ctrl-C: there is nothing to explain. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted.');
    this.name = 'Interrupted';
  }
}

/**
 * Says what went wrong, every fault on a line of its own, and decides the exit code. With `json` the problem
 * document goes to standard output as well, so that a script always finds one document there.
 */
export const reportFailure = (error: unknown, terminal: Terminal, json: boolean): number => {
  terminal.progress(null);
  if (error instanceof Interrupted) return exitCodes.interrupted;
  const { problem, text } = describe(error);
  terminal.note(`${terminal.noteColors.red('error:')} ${text}`);
  for (const fault of problem.faults ?? []) terminal.note(`  ${plain(formatFault(fault))}`);
  if (problem.correlationId !== undefined)
    terminal.note(terminal.noteColors.dim(`  correlation id: ${problem.correlationId}`));
  if (json) terminal.print(JSON.stringify(problem, null, 2));
  return refusals.has(problem.code) ? exitCodes.refused : exitCodes.error;
};

const describe = (error: unknown): { problem: Problem; text: string } => {
  if (error instanceof SluiceError)
    return { problem: toProblem(error), text: plain(error.message) };
  if (error instanceof EmbeddedError) {
    // Its message is ours, and holds the last lines of a log: line breaks stay.
    const text = error.message.split('\n').map(plain).join('\n');
    return { problem: toProblem(new SluiceError('unavailable', text)), text };
  }
  // A defect: whoever reports it needs the place, and the process that broke is the reader's own.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { problem: toProblem(error), text: `this is a defect in sluice. ${text}` };
};
