import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, type Stack } from './stack.js';

const main = join(repository, 'apps/evaluator/dist/main.js');

/** The settings of a running process, as the system tells them. */
export const environmentOf = (pid: number): Record<string, string> =>
  Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );

/** One more evaluator beside that of a stack, on the same queue and database, with a cache of its own. */
export class EvaluatorProcess {
  private output = '';

  private constructor(private readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start(stack: Stack, name: string): Promise<EvaluatorProcess> {
    const like = environmentOf(stack.record.services['evaluator']?.pid ?? 0);
    const child = spawn(process.execPath, [main], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...like, PORT: '0', SLUICE_CACHE: join(stack.home, 'cache', name) },
    });
    const evaluator = new EvaluatorProcess(child);
    while (!evaluator.output.includes('"event":"ready"')) {
      if (child.exitCode !== null) throw new Error(`${name} ended:\n${evaluator.output}`);
      await once(child.stdout as NonNullable<typeof child.stdout>, 'data');
    }
    return evaluator;
  }

  /** How many of its attempts were at this evaluation. */
  attemptsAt(id: string): number {
    return attemptsIn(this.output, id);
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

/** How many attempts at an evaluation a log tells of. */
export const attemptsIn = (log: string, id: string): number =>
  log.split(`Evaluation ${id} begins`).length - 1;
