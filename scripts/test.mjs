import { join } from 'node:path';
import { build, install } from './bootstrap.mjs';
import { environment, forward, installed, run, since } from './process-run.mjs';
import { forgetResults, summary, totalsOf, withTests } from './test-results.mjs';

const help = `Usage: npm test [-- <options>]

Checks everything, as CI does: format, lint, types, freshness of what is generated,
and the unit, integration and end-to-end tests with real Postgres and NATS servers.
Results of unchanged projects come from Nx's cache.

  --skip-e2e        leave out the end-to-end tests
  --help            show this text

Environment:
  TEST_DATABASE_URL   use this Postgres instead of an embedded one
`;

/** A test that hangs must not hang CI until it is killed, servers and all. */
const testLimit = 45 * 60_000;

const args = process.argv.slice(2);
const unknown = args.find((arg) => !['--skip-e2e', '--help', '-h'].includes(arg));
if (unknown) {
  process.stderr.write(`Unknown option ${unknown}\n\n${help}`);
  process.exitCode = 2;
} else if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(help);
} else {
  process.exitCode = await test({ skipE2e: args.includes('--skip-e2e') });
}

/**
 * Runs every stage, also after one that failed, and says in the last line how many tests passed.
 *
 * @returns {Promise<number>} the exit code
 */
async function test({ skipE2e }) {
  const stop = stopOnSignal();
  const failed = [];
  const stage = async (name, work, options) => {
    if (stop.asked) return;
    const { ok, counted } = await timed(name, work, options);
    if (!ok && !counted && !stop.asked) failed.push(name);
  };

  /** A stage that runs beside others: what it says comes as a whole, once it has ended. */
  const beside = (name, command, args) =>
    stage(name, () => run(installed(command), args, { quiet: true }), { beside: true });

  await stage('Install', () => install().then(() => ({ ok: true })));
  // Without packages, every later failure would only repeat this one.
  const usable = failed.length === 0;
  const projects = usable ? withTests(skipE2e) : [];
  forgetResults(projects);
  if (usable) {
    // Before the build, which would write it anew and so hide that what is committed is old.
    await stage('Action bundle', checkActionBundle);
    await stage('Build', () => build().then(() => ({ ok: true })));
    // Each keeps one processor busy at most, so that they wait for one another no longer than they have to.
    await Promise.all([
      beside('Format', 'prettier', ['--check', '--log-level=warn', '.']),
      beside('Lint', 'nx', ['run-many', '-t', 'lint', '--output-style=static']),
      beside('Types', 'nx', ['run', 'sluice:typecheck']),
    ]);
    await stage('Freshness', checkFreshness);
    await stage('Tests', () => runTests(projects, skipE2e));
  }
  if (stop.asked) failed.push('Interrupted');
  return report(projects, failed);
}

/** GitHub runs the committed bundle, so it must be what the sources make. */
function checkActionBundle() {
  return run(process.execPath, [join('action', 'build.mjs'), '--check']);
}

/** What generators wrote and git keeps must be what they would write now. */
function checkFreshness() {
  return run(process.execPath, [join('scripts', 'generate.mjs'), '--check']);
}

/**
 * Tests with one Postgres for all projects; its address is no input to Nx's cache. Each project starts a NATS of its
 * own, since streams and durable consumers are global to a broker and one project's messages would reach another's.
 * What failed is counted test by test, and the stage on top only if that explains nothing.
 */
async function runTests(projects, skipE2e) {
  const { testPostgres } = await import('./embedded/dist/index.js');
  const postgres = await testPostgres(console.log);
  const env = { ...environment, TEST_DATABASE_URL: postgres.url };
  try {
    // The end-to-end tests mostly wait, so that they cost little beside the others, and much after them. All is built:
    // neither of the two may write anew what the other one runs.
    const runs = [['--exclude=@sluice/e2e', '--parallel=2']];
    if (!skipE2e) runs.push(['--projects=@sluice/e2e']);
    const ends = await Promise.all(
      runs.map((some) =>
        nxMany(['test', '--excludeTaskDependencies', ...some], { env, limit: testLimit }),
      ),
    );
    return { ok: ends.every(({ ok }) => ok), counted: totalsOf(projects).failed > 0 };
  } finally {
    await postgres.stop();
  }
}

function nxMany([target, ...more], options) {
  const nx = ['run-many', '-t', target, '--output-style=static', ...more];
  return run(installed('nx'), nx, options);
}

async function timed(name, work, { beside = false } = {}) {
  const start = Date.now();
  const heading = `\n── ${name} ${'─'.repeat(60 - name.length)}`;
  if (!beside) console.log(heading);
  const outcome = await work().catch((error) => {
    console.error(error.message);
    return { ok: false };
  });
  if (beside) console.log(`${heading}\n${outcome.output?.trimEnd() ?? ''}`);
  console.log(`${outcome.ok ? '✓' : '✗'} ${name} (${since(start)})`);
  return outcome;
}

/** Asked to stop, we end the command that runs, and stay to stop the servers after it. */
function stopOnSignal() {
  const stop = { asked: false };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stop.asked = true;
      forward(signal);
    });
  }
  return stop;
}

function report(projects, failedStages) {
  const totals = totalsOf(projects);
  console.log('');
  for (const name of failedStages) console.log(`failed: ${name}`);
  for (const name of totals.crashed) console.log(`failed: ${name}, whose tests left no results`);
  totals.failed += failedStages.length;
  console.log(summary(totals));
  return totals.failed > 0 ? 1 : 0;
}
