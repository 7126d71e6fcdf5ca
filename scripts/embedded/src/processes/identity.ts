import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { until } from './until.js';

/**
 * A process, safely named. A pid alone is not enough, since the system hands out the pids of the
 * dead again; a pid together with its start time is.
 */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/** The identity of a running process; undefined if there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether that very process, and not a later one with its pid, still runs. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return identify(pid)?.started === started;
}

/** The command line of a running process, or an empty text. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    }
    return ps(pid, 'command=');
  } catch {
    return '';
  }
}

/** Ends a process that is not our child: the signal first, SIGKILL when it outlasts the limit. */
export async function terminate(
  target: ProcessIdentity,
  signal: NodeJS.Signals,
  limit = 10_000,
): Promise<void> {
  sendSignal(target.pid, signal);
  const ended = () => !isRunning(target);
  if (await until(ended, limit)) return;
  sendSignal(target.pid, 'SIGKILL');
  await until(ended, 5_000);
}

/** Sends a signal to a process or, with a negative number, to a group; one that is gone is fine. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** /proc/<pid>/stat is there without procps, which slim images lack. */
function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command's name in parentheses, which may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' ? undefined : start;
  } catch {
    return undefined;
  }
}

function startByPs(pid: number): string | undefined {
  try {
    return ps(pid, 'stat=').startsWith('Z') ? undefined : ps(pid, 'lstart=');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string {
  return execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
