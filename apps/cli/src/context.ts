import type { Terminal } from './terminal.js';

/** What a command may touch of the process it runs in; tests give their own. */
export interface Context {
  readonly terminal: Terminal;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder that relative paths of the command line start at. */
  readonly folder: string;
  /** Aborted by Ctrl-C, or when someone asks the process to stop. */
  readonly signal: AbortSignal;
  /** Left by a command that ended without an error. */
  exitCode: number;
}
