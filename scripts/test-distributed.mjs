import { join } from 'node:path';
import { build, install } from './bootstrap.mjs';
import { environment, forward, installed, root, run, since } from './process-run.mjs';

const help = `Usage: npm run test:distributed

Runs the tests that need a distributed SQL engine against a real Trino of one node, which it
fetches (490 MB, once, into .sluice/cache), starts (30 s, 1.5 GB of heap) and stops.

Needs Maven, and Python's pip or a JAVA_HOME with Java 24 or later.
`;

const projects = ['libs/engine', 'apps/cli'];
/** A test that hangs must not hang CI until it is killed, server and all. */
const limit = 20 * 60_000;

const args = process.argv.slice(2);
if (args.some((arg) => arg === '--help' || arg === '-h')) {
  process.stdout.write(help);
} else if (args.length > 0) {
  process.stderr.write(`Unknown option ${args[0]}\n\n${help}`);
  process.exitCode = 2;
} else {
  process.exitCode = await test();
}

/** @returns {Promise<number>} the exit code */
async function test() {
  const stop = { asked: false };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      stop.asked = true;
      forward(signal);
    });
  await install();
  await build();
  const start = Date.now();
  const { testTrino } = await import('./embedded/dist/index.js');
  const trino = await testTrino(console.log);
  try {
    console.log(`Trino: ready after ${since(start)}`);
    const env = {
      ...environment,
      NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
      TEST_TRINO_URL: trino.url,
      TEST_TRINO_FILES: trino.files,
    };
    let failed = false;
    for (const project of projects) {
      if (stop.asked) return 1;
      const config = join(root, project, 'jest.distributed.mjs');
      const { ok } = await run(installed('jest'), ['--config', config], { env, limit });
      failed ||= !ok;
    }
    return failed ? 1 : 0;
  } finally {
    await trino.stop();
  }
}
