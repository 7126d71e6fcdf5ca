import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { bootstrap } from './bootstrap.mjs';
import { environment, root } from './process-run.mjs';

const help = `Usage: npm start [-- <options>]

Installs and builds what is missing, starts Sluice with its own Postgres and NATS
under .sluice/, and takes the model of examples/credit-risk from a pull request to
production. Options are handed on to the demonstration.

  --help            show this text

Environment:
  DATABASE_URL      use this Postgres server instead of an embedded one
  NATS_URL          use this NATS server, with JetStream, instead of an embedded one
`;

const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(help);
} else {
  process.exitCode = await start(args);
}

/** @returns {Promise<number>} the exit code */
async function start(args) {
  try {
    await bootstrap();
  } catch (error) {
    console.error(error.message);
    return 1;
  }
  return demonstrate(args);
}

/**
 * Runs the demonstration in a process group of its own, so that a signal reaches it once, from
 * here. A Ctrl-C would otherwise come three times: from the terminal, from npm and from us.
 */
function demonstrate(args) {
  const child = spawn(process.execPath, [join('scripts', 'demo', 'dist', 'main.js'), ...args], {
    cwd: root,
    // It watches its standard input to notice that we were killed.
    env: { ...environment, SLUICE_EXIT_WITH_PARENT: '1' },
    stdio: ['pipe', 'inherit', 'inherit'],
    detached: true,
  });
  child.stdin.on('error', () => {});
  let last = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // Twice within a second is one request that came by two ways; later, it is impatience.
      if (Date.now() - last > 1_000) child.kill(signal);
      last = Date.now();
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`The demonstration could not be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
