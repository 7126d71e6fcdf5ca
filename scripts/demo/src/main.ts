import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { demonstrate } from './demonstrate.js';
import { Narrator } from './narrator.js';
import { repository } from './paths.js';

const help = `Usage: npm start [-- <options>]

Starts Sluice and takes the model of examples/credit-risk from a pull request to production.

  --exit         end when that is done, with 0 only if everything went as it should
  --home <dir>   where data, keys and logs are kept (default: .sluice in the repository)
  --help         show this text
`;

const options = {
  exit: { type: 'boolean', default: false },
  home: { type: 'string', default: `${repository}.sluice` },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const narrator = new Narrator();
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
// Whoever reads along may have gone, as in `npm start | head`. What runs is still to be stopped in order.
for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    stop.abort();
  });
if (process.env['SLUICE_EXIT_WITH_PARENT'] === '1') {
  // The parent holds the other end; when it dies, however it dies, the pipe closes.
  process.stdin
    .once('end', () => stop.abort())
    .once('error', () => stop.abort())
    .resume();
}

const run = async (): Promise<number> => {
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    process.stderr.write(`error: ${(error as Error).message}\n\n${help}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  return demonstrate({
    narrator,
    home: resolve(values.home),
    exit: values.exit,
    signal: stop.signal,
  });
};

// Not `exitCode`: a parent that stays keeps standard input, and so us, open.
process.exit(await run());
