import { runCli } from './cli.js';
import { createTerminal } from './terminal.js';

const stop = new AbortController();
let askedAt: number | undefined;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    // Whoever asks again does not want to wait. At once it is the same wish: npm passes on the Ctrl-C we got as well.
    if (askedAt !== undefined && Date.now() - askedAt > 1000) process.exit(130);
    askedAt ??= Date.now();
    stop.abort();
  });

// Whoever reads our output may have read enough, as in `sluice audit | head`, or may be gone. Nothing can be told any
// more, but what runs is still to be stopped in order.
for (const output of [process.stdout, process.stderr])
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    stop.abort();
  });

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(process.stdout, process.stderr, process.env),
  environment: process.env,
  folder: process.cwd(),
  signal: stop.signal,
});
