import { runCli } from './cli.js';
import { createTerminal } from './terminal.js';

export interface CliResult {
  code: number;
  out: string;
  err: string;
}

/** Runs a command line in this process, as from a folder and with an environment of the test's own. */
export const sluice = async (
  args: readonly string[],
  {
    folder = process.cwd(),
    environment = {},
    signal = new AbortController().signal,
    isTTY = false,
  }: {
    folder?: string;
    environment?: NodeJS.ProcessEnv;
    signal?: AbortSignal;
    isTTY?: boolean;
  } = {},
): Promise<CliResult> => {
  let out = '';
  let err = '';
  const terminal = createTerminal(
    { write: (text) => (out += text), isTTY },
    { write: (text) => (err += text), isTTY },
    environment,
  );
  const code = await runCli(args, { terminal, environment, folder, signal });
  return { code, out, err };
};
