import { spawn } from 'node:child_process';

/** The system account a process runs as. Absent means: as we do. */
export interface Account {
  name: string;
  uid: number;
  gid: number;
}

export interface CommandOptions {
  account?: Account | undefined;
  cwd?: string;
  /** Added to our own environment; an undefined value takes a variable out of it. */
  env?: NodeJS.ProcessEnv;
  timeout?: number;
}

export interface CommandResult {
  ok: boolean;
  /** Why it failed, in a few words: not found, timed out, exit code with the last lines it wrote. */
  problem: string;
  stdout: string;
}

/** Runs a command to its end and never throws: callers weigh the result. */
export function runCommand(
  command: string,
  args: readonly string[],
  { account, cwd, env, timeout = 60_000 }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      timeout,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(account && { uid: account.uid, gid: account.gid }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', (error: NodeJS.ErrnoException) => {
      const problem = error.code === 'ENOENT' ? `${command} not found` : error.message;
      resolve({ ok: false, problem, stdout });
    });
    child.once('close', (code, signal) => {
      const end = signal ? `ended by ${signal} (limit ${timeout / 1000} s)` : `exit code ${code}`;
      const said = lastLines(stderr || stdout, 3);
      resolve({ ok: code === 0, problem: said ? `${end}: ${said}` : end, stdout });
    });
  });
}

/** The last lines of a text that say something, in one line. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter(Boolean).slice(-count).join(' | ');
}
