import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build, install } from './bootstrap.mjs';
import { environment, forward, installed, root, run, since } from './process-run.mjs';

const help = `Usage: npm run test:s3

Runs the tests of reading from S3 against moto, an emulator of AWS that others keep, which it
fetches (20 MB, once, into .sluice/cache), starts and stops. \`npm test\` runs the same tests
against a double of our own.

Needs Python 3.11 or later, with venv and pip.
`;

const requirements = join(root, 'scripts', 'test-s3.requirements.txt');
/** A test that hangs must not hang CI until it is killed, server and all. */
const limit = 10 * 60_000;

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
  const program = await emulator();
  if (stop.asked) return 1;
  const start = Date.now();
  const { freePort } = await import('./embedded/dist/index.js');
  const port = await freePort(45_000);
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    await ready(port, server);
    console.log(`moto: ready after ${since(start)}`);
    const env = {
      ...environment,
      NODE_OPTIONS: '--experimental-vm-modules --no-warnings',
      TEST_S3_ENVIRONMENT: JSON.stringify({
        AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}`,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'AKIAEMULATOR',
        AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-emulator',
      }),
    };
    const config = join(root, 'libs', 'artifacts', 'jest.s3.mjs');
    const { ok } = await run(installed('jest'), ['--config', config], { env, limit });
    return ok ? 0 : 1;
  } finally {
    server.kill();
  }
}

/** The emulator's program, in a Python environment of its own, made when its requirements are new. */
async function emulator() {
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const folder = join(root, '.sluice', 'cache', `moto-${pins}`);
  const program = join(folder, 'bin', 'moto_server');
  const mark = join(folder, 'complete');
  if (existsSync(mark)) return program;
  console.log('moto: fetching it with pip');
  rmSync(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await must('python3', ['-m', 'venv', folder]);
  const quietly = ['--quiet', '--no-input', '--disable-pip-version-check'];
  await must(join(folder, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    ...quietly,
    '-r',
    requirements,
  ]);
  writeFileSync(mark, '');
  return program;
}

async function must(command, parameters) {
  const { ok, output } = await run(command, parameters, { quiet: true, limit });
  if (!ok) throw new Error(`${command} ${parameters.join(' ')} failed:\n${output}`);
}

async function ready(port, server) {
  let ended = false;
  server.once('error', () => (ended = true)).once('exit', () => (ended = true));
  for (let tries = 0; tries < 300 && !ended; tries += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/moto-api/`).catch(() => null);
    if (answer?.ok) return;
    await pause(200);
  }
  throw new Error('moto did not start. Try python3 -m venv and moto_server by hand.');
}
